using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>Webhooks: one POST within the request that brought it about, given up after a second, and never sent again.</summary>
internal sealed partial class Webhooks : IDisposable
{
    private const int MostHeaders = 10;

    private static readonly string[] Organization = ["PROJECT_CREATED", "PROJECT_DELETED"];

    private static readonly (string Action, string Name, string Key)[] Actions =
    [
        ("PROJECT_CREATED", "Project created", "project"),
        ("PROJECT_UPDATED", "Project updated", "project"),
        ("PROJECT_DELETED", "Project deleted", "project"),
        ("TASKS_CREATED", "Task created", "tasks"),
        ("TASKS_DELETED", "Task deleted", "tasks"),
        ("ANNOTATION_CREATED", "Annotation created", "annotation"),
        ("ANNOTATIONS_CREATED", "Annotations created", "annotation"),
        ("ANNOTATION_UPDATED", "Annotation updated", "annotation"),
        ("ANNOTATIONS_DELETED", "Annotation deleted", "annotations"),
        ("LABEL_LINK_CREATED", "Label link created", "label_link"),
        ("LABEL_LINK_UPDATED", "Label link updated", "label_link"),
        ("LABEL_LINK_DELETED", "Label link deleted", "label_link"),
    ];

    private readonly LabelStudioDouble server;
    private readonly StorageFaults faults;
    private readonly FormRules rules;
    private readonly HttpClient http = new(
        new SocketsHttpHandler
        {
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
        }
    )
    {
        Timeout = TimeSpan.FromSeconds(1),
    };

    public Webhooks(LabelStudioDouble server)
    {
        this.server = server;
        faults = new StorageFaults(server);
        rules = new FormRules(server.Is116)
            .Text("url", mayBeNull: false, fault: address => WebAddress().IsMatch(address) ? null : "Enter a valid URL.")
            .Other("headers", Headers)
            .Other("actions", Chosen)
            .Key("project", IsProject)
            .Flag("is_active")
            .Flag("send_payload")
            .Flag("send_for_all_actions");
        http.DefaultRequestHeaders.Add("Accept", "*/*");
        http.DefaultRequestHeaders.Add("Accept-Encoding", "gzip, deflate");
        http.DefaultRequestHeaders.Add("User-Agent", server.Is116 ? "python-requests/2.32.5" : "python-requests/2.34.2");
    }

    public void Map(Router router)
    {
        router.Map("GET", "api/webhooks/info?organization-only", Info);
        router.Map("GET", "api/webhooks?project", List);
        router.Map("POST", "api/webhooks", Create);
        router.Map("GET", "api/webhooks/{id}", Get);
        router.Map("PATCH", "api/webhooks/{id}", Change);
        router.Map("DELETE", "api/webhooks/{id}", Delete);
    }

    public Task TellTasksAsync(string action, int project, IReadOnlyList<TaskRow> tasks) =>
        TellAsync(action, project, (data, payload) =>
            payload["tasks"] = new JsonArray([.. tasks.Select(new TaskViews(data, server.Is116).Stored)])
        );

    public Task TellAnnotationAsync(string action, AnnotationRow annotation) => TellAsync(action, annotation.Project, (data, payload) =>
        {
            var views = new TaskViews(data, server.Is116);
            payload["annotation"] = views.Exported(annotation);
            payload["task"] = views.Stored(data.TaskOf(annotation.Task));
        });

    /// <summary>Of what is gone only the ids are told, and of a deleted task not that its annotations went with it.</summary>
    public Task TellDeletedAsync(string action, string key, int project, IEnumerable<int> ids) =>
        TellAsync(action, project, (_, payload) => payload[key] = new JsonArray([.. ids.Select(id => new JsonObject { ["id"] = id })]));

    public void Dispose() => http.Dispose();

    private async Task TellAsync(string action, int project, Action<Database, JsonObject> fill)
    {
        var data = server.Data;
        List<JsonObject> hooks;
        var payload = new JsonObject { ["action"] = action };
        lock (data.Gate)
        {
            hooks = [.. data.Webhooks.Select(webhook => webhook.Fields).Where(hook => IsFor(hook, action, project))];
            if (hooks.Exists(hook => hook.Flag("send_payload")))
            {
                fill(data, payload);
                payload["project"] = ProjectPayload.Of(data, data.Projects.Find(found => found.Id == project)!, server.Is116);
            }
        }

        foreach (var hook in hooks)
            await SendAsync(hook, hook.Flag("send_payload") ? payload : new JsonObject { ["action"] = action });
    }

    private static bool IsFor(JsonObject hook, string action, int project) =>
        hook.Flag("is_active")
        && (hook["project"] is null || hook.Number("project") == project)
        && (hook.Flag("send_for_all_actions") || hook["actions"]!.AsArray().Any(chosen => chosen!.ToString() == action));

    private async Task SendAsync(JsonObject hook, JsonObject payload)
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(payload.Dump()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, hook.Text("url")) { Content = content };
        request.Headers.Connection.Add("keep-alive");
        foreach (var (name, value) in hook["headers"]!.AsObject())
            request.Headers.TryAddWithoutValidation(name, value?.ToString());
        try
        {
            using var response = await http.SendAsync(request);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // Whoever labels notices nothing of it.
        }
    }

    private Answer Info(Call call)
    {
        var only = call.Query("organization-only") == "true";
        return Answer.Of(
            new JsonObject(
                Actions
                    .Where(action => !only || Organization.Contains(action.Action))
                    .Select(action =>
                        KeyValuePair.Create(
                            action.Action,
                            (JsonNode?)
                                new JsonObject
                                {
                                    ["name"] = action.Name,
                                    ["description"] = "",
                                    ["key"] = action.Key,
                                    ["organization-only"] = Organization.Contains(action.Action),
                                }
                        )
                    )
            )
        );
    }

    private Answer List(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var project = call.QueryNumber("project");
            if (project is not null && !IsProject(project.Value))
                throw Refusal.Invalid("project", "Select a valid choice. That choice is not one of the available choices.");
            return Answer.Of(
                new JsonArray([
                    .. data.Webhooks.Where(webhook => project is null || webhook.Fields.Number("project") == project).Select(Show),
                ])
            );
        }
    }

    private Answer Create(Call call)
    {
        var fields = new JsonObject
        {
            ["project"] = null,
            ["url"] = "",
            ["send_payload"] = true,
            ["send_for_all_actions"] = true,
            ["headers"] = new JsonObject(),
            ["is_active"] = true,
            ["actions"] = new JsonArray(),
        };
        Write(fields, rules.Read(call, "url"));
        faults.RefuseLocal(fields.Text("url"));
        var data = server.Data;
        lock (data.Gate)
        {
            var now = data.Now();
            var webhook = new WebhookRow
            {
                Id = data.NextId("webhook"),
                CreatedAt = now,
                UpdatedAt = now,
                Fields = fields,
            };
            data.Webhooks.Add(webhook);
            return Answer.Of(Show(webhook), StatusCodes.Status201Created).With("Location", fields.Text("url"));
        }
    }

    private Answer Get(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
            return Answer.Of(Show(Find(data, call.Id)));
    }

    /// <summary>A change that does not name the actions takes them all away.</summary>
    private Answer Change(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var webhook = Find(data, call.Id);
            Write(webhook.Fields, rules.Read(call));
            if (!call.Form.ContainsKey("actions"))
                webhook.Fields["actions"] = new JsonArray();
            webhook.UpdatedAt = data.Now();
            return Answer.Of(Show(webhook));
        }
    }

    private Answer Delete(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            data.Webhooks.Remove(Find(data, call.Id));
            return Answer.Empty(StatusCodes.Status204NoContent);
        }
    }

    private static WebhookRow Find(Database data, int id) =>
        data.Webhooks.Find(webhook => webhook.Id == id) ?? throw Refusal.NotFound("No Webhook matches the given query.");

    private static JsonNode? Headers(JsonNode? value) =>
        value is JsonObject headers
        && headers.Count <= MostHeaders
        && headers.All(header => HeaderName().IsMatch(header.Key) && header.Value?.GetValueKind() == JsonValueKind.String)
            ? headers.DeepClone()
            : throw new FormRules.Wrong($"{(value is JsonValue text ? text.ToString() : value.Repr())} failed JSON schema check");

    private static JsonNode? Chosen(JsonNode? value)
    {
        if (value is not JsonArray actions)
        {
            throw value?.GetValueKind() == JsonValueKind.String
                ? new FormRules.Wrong("Expected a list of items but got type \"str\".")
                : new NotSupportedException("No recording has such actions.");
        }

        for (var index = 0; index < actions.Count; index++)
        {
            if (!Actions.Any(action => action.Action == actions[index]?.ToString()))
                throw new FormRules.Wrong(new JsonObject { [$"{index}"] = new JsonArray($"\"{actions[index]}\" is not a valid choice.") });
        }

        return actions.DeepClone();
    }

    private bool IsProject(int id)
    {
        lock (server.Data.Gate)
            return server.Data.Projects.Exists(project => project.Id == id);
    }

    private static void Write(JsonObject fields, JsonObject form)
    {
        foreach (var (name, value) in form.Where(field => fields.ContainsKey(field.Key)))
            fields[name] =
                name == "actions"
                    ? new JsonArray([
                        .. value!
                            .AsArray()
                            .Select(action => action!.ToString())
                            .Order(StringComparer.Ordinal)
                            .Select(action => JsonValue.Create(action)),
                    ])
                    : value?.DeepClone();
    }

    private static JsonObject Show(WebhookRow webhook)
    {
        var shown = (JsonObject)webhook.Fields.DeepClone();
        shown["id"] = webhook.Id;
        shown["organization"] = 1;
        shown["created_at"] = webhook.CreatedAt.Iso();
        shown["updated_at"] = webhook.UpdatedAt.Iso();
        return shown;
    }

    /// <summary>Django's idea of an address: a name needs a dot, unless it is localhost.</summary>
    [GeneratedRegex(
        @"^https?://(localhost|\d{1,3}(\.\d{1,3}){3}|([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9])(:\d+)?(/\S*)?$",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex WebAddress();

    [GeneratedRegex("^[a-zA-Z0-9-_]+$")]
    private static partial Regex HeaderName();
}
