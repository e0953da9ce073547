using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>Projects: paged list, create, change, validate, delete.</summary>
internal sealed class Projects(LabelStudioDouble server)
{
    private const int ShortestTitle = 3;
    private const int LongestTitle = 50;
    private const int DefaultPage = 30;
    private const int LargestPage = 100;

    private readonly FormRules rules = new FormRules(server.Is116)
        .Text("title", fault: title => title.Length is > 0 and < ShortestTitle
                ? $"Ensure this field has at least {ShortestTitle} characters."
            : title.Length > LongestTitle ? $"Ensure this field has no more than {LongestTitle} characters."
            : null)
        .Text("description")
        .Other("label_config", value => LabelConfig.Check(value))
        .Other("expert_instruction", value =>
            value?.GetValueKind() == JsonValueKind.String
                ? value.DeepClone()
                : throw new NotSupportedException("No recording has an instruction that is no text.")
        )
        .Flag("show_instruction")
        .Flag("show_skip_button")
        .Flag("enable_empty_annotation")
        .Flag("show_collab_predictions")
        .Flag("show_overlap_first")
        .Integer("maximum_annotations")
        .Integer("overlap_cohort_percentage")
        .Choice("sampling", "Sequential sampling", "Uniform sampling", "Uncertainty sampling")
        .Choice("skip_queue", "REQUEUE_FOR_ME", "REQUEUE_FOR_OTHERS", "IGNORE_SKIPPED");

    public static void Map(Router router, LabelStudioDouble server)
    {
        var projects = new Projects(server);
        router.Map("GET", "api/projects?title&ids&include&page&page_size", projects.List);
        router.Map("POST", "api/projects", projects.Create);
        router.Map("POST", "api/projects/validate", projects.ValidateAny);
        router.Map("GET", "api/projects/{id}?include", projects.Get);
        router.Map("PATCH", "api/projects/{id}", projects.Change);
        router.Map("DELETE", "api/projects/{id}", projects.Delete);
        router.Map("POST", "api/projects/{id}/validate", projects.Validate);
    }

    private static JsonObject Defaults() =>
        new()
        {
            ["title"] = "",
            ["description"] = "",
            ["label_config"] = "<View></View>",
            ["expert_instruction"] = "",
            ["show_instruction"] = false,
            ["show_skip_button"] = true,
            ["enable_empty_annotation"] = true,
            ["show_annotation_history"] = false,
            ["color"] = "#FFFFFF",
            ["maximum_annotations"] = 1,
            ["is_published"] = false,
            ["model_version"] = "",
            ["is_draft"] = false,
            ["min_annotations_to_start_training"] = 0,
            ["start_training_on_annotation_update"] = false,
            ["show_collab_predictions"] = true,
            ["sampling"] = "Sequential sampling",
            ["show_ground_truth_first"] = false,
            ["show_overlap_first"] = false,
            ["overlap_cohort_percentage"] = 100,
            ["task_data_login"] = null,
            ["task_data_password"] = null,
            ["evaluate_predictions_automatically"] = false,
            ["skip_queue"] = "REQUEUE_FOR_OTHERS",
            ["reveal_preannotations_interactively"] = false,
            ["pinned_at"] = null,
        };

    private Answer List(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var ids = call.Query("ids")?.Split(',').Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToHashSet();
            var found = data
                .Projects.Where(project =>
                    project.Organization == call.User.Organization
                    && (call.Query("title") is not { } title || project.Title.Contains(title, StringComparison.OrdinalIgnoreCase))
                    && ids?.Contains(project.Id) != false
                )
                .OrderByDescending(project => project.Id)
                .ToList();
            var size = Math.Min(call.QueryNumber("page_size") ?? DefaultPage, LargestPage);
            var page = call.QueryNumber("page") ?? 1;
            var pages = Math.Max(1, (found.Count + size - 1) / size);
            if (page < 1 || page > pages)
                throw Refusal.NotFound("Invalid page.");
            return Answer.Of(
                new JsonObject
                {
                    ["count"] = found.Count,
                    ["next"] = page < pages ? PageAddress(call, page + 1) : null,
                    ["previous"] = page > 1 ? PageAddress(call, page - 1) : null,
                    ["results"] = new JsonArray([
                        .. found.Skip((page - 1) * size).Take(size).Select(project => Include(call, Show(call, data, project))),
                    ]),
                }
            );
        }
    }

    private Answer Create(Call call)
    {
        var fields = Defaults();
        Write(fields, rules.Read(call));
        var data = server.Data;
        lock (data.Gate)
        {
            var now = data.Now();
            var project = new ProjectRow
            {
                Id = data.NextId("project"),
                CreatedBy = call.User.Id,
                Organization = call.User.Organization,
                CreatedAt = now,
                UpdatedAt = now,
                Fields = fields,
            };
            data.Projects.Add(project);
            return Answer.Of(Show(call, data, project, isNew: true), StatusCodes.Status201Created);
        }
    }

    private Answer Get(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
            return Answer.Of(Include(call, Show(call, data, data.ProjectOf(call.User, call.Id))));
    }

    private Answer Change(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var project = data.ProjectOf(call.User, call.Id);
            var form = rules.Read(call);
            if (form.ContainsKey("label_config"))
                RefuseOrphans(data, project, LabelConfig.ParseForProject(form.Text("label_config")), "label_config");
            var before = Counters.Of(data, project.Id);
            var (votes, share) = (project.Fields.Number("maximum_annotations"), project.Fields.Number("overlap_cohort_percentage"));
            Write(project.Fields, form);
            var isCohortChanged = project.Fields.Number("overlap_cohort_percentage") != share;
            if (isCohortChanged || project.Fields.Number("maximum_annotations") != votes)
                data.SpreadOverlap(project, isCohortChanged);
            project.UpdatedAt = data.Now();
            return Answer.Of(Show(call, data, project, before: before));
        }
    }

    private Answer Delete(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var project = data.ProjectOf(call.User, call.Id);
            foreach (var task in data.Tasks.FindAll(task => task.Project == project.Id))
                data.Remove(task);
            data.Sources.RemoveAll(storage => storage.Project == project.Id);
            data.Targets.RemoveAll(storage => storage.Project == project.Id);
            data.Webhooks.RemoveAll(webhook => webhook.Fields.Number("project") == project.Id);
            data.Projects.Remove(project);
            return Answer.Empty(StatusCodes.Status204NoContent);
        }
    }

    private Answer ValidateAny(Call call)
    {
        LabelConfig.ParseToValidate(call.Form.Text("label_config"), server.Is116);
        return Answer.Empty(StatusCodes.Status204NoContent);
    }

    private Answer Validate(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var project = data.ProjectOf(call.User, call.Id);
            var config = LabelConfig.ParseToValidate(call.Form.Text("label_config"), server.Is116);
            RefuseOrphans(data, project, config, "non_field_errors");
            RefuseLostChoices(data, project, config);
            return Answer.Of(new JsonObject { ["config_essential_data_has_changed"] = null });
        }
    }

    /// <summary>Results whose control would be gone.</summary>
    private static void RefuseOrphans(Database data, ProjectRow project, LabelConfig config, string field)
    {
        var orphans = ResultsOf(data, project)
            .Select(result => (From: result.Text("from_name"), To: result.Text("to_name"), Type: result.Text("type")))
            .Where(control => !config.HasControl(control.From, control.To, control.Type))
            .CountBy(control => control)
            .Select(found => $"\n{found.Value} with from_name={found.Key.From}, to_name={found.Key.To}, type={found.Key.Type}")
            .ToList();
        if (orphans.Count > 0)
            throw Refusal.Invalid(
                field,
                $"Created annotations are incompatible with provided labeling schema, we found:{string.Concat(orphans)}"
            );
    }

    /// <summary>Classes in use that would be gone: only <c>validate</c> minds.</summary>
    private static void RefuseLostChoices(Database data, ProjectRow project, LabelConfig config)
    {
        var lost = ResultsOf(data, project)
            .SelectMany(result =>
                (result["value"]?["choices"] as JsonArray ?? []).Select(choice =>
                    (Control: result.Text("from_name"), Choice: choice!.ToString())
                )
            )
            .Where(used => !config.HasChoice(used.Control, used.Choice))
            .CountBy(used => used)
            .ToList();
        if (lost.Count == 0)
            return;
        var lines = lost.Select(used => $"{used.Key.Choice} ({used.Value} annotation{(used.Value == 1 ? "" : "s")})\n");
        throw Refusal.Invalid(
            "non_field_errors",
            $"These labels still exist in annotations or drafts:\n{string.Concat(lines)}Please add labels to tag with "
                + $"name=\"{lost[0].Key.Control}\"."
        );
    }

    private static IEnumerable<JsonObject> ResultsOf(Database data, ProjectRow project) =>
        data
            .Annotations.Where(annotation => annotation.Project == project.Id)
            .SelectMany(annotation => annotation.Result ?? [])
            .OfType<JsonObject>();

    private static void Write(JsonObject fields, JsonObject form)
    {
        foreach (var (name, value) in form.Where(field => fields.ContainsKey(field.Key)))
            fields[name] = value?.DeepClone();
    }

    private static string PageAddress(Call call, int page)
    {
        var query = call
            .Request.Query.Where(value => value.Key != "page")
            .Select(value => KeyValuePair.Create(value.Key, value.Value.ToString()))
            .Append(KeyValuePair.Create("page", page.ToString(CultureInfo.InvariantCulture)))
            .OrderBy(value => value.Key, StringComparer.Ordinal);
        return $"{call.Host}{call.Request.Path}{QueryString.Create(query!)}";
    }

    private static JsonObject Include(Call call, JsonObject all) =>
        call.Query("include") is { } wanted
            ? new JsonObject(
                all.Where(field => wanted.Split(',').Contains(field.Key))
                    .Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))
            )
            : all;

    /// <param name="call">Who asks: queues are theirs.</param>
    /// <param name="data">For the counters.</param>
    /// <param name="project">Which one.</param>
    /// <param name="isNew">The answer to its creation has null for all counters.</param>
    /// <param name="before">Counters of before, in the answer to a change.</param>
    private JsonObject Show(Call call, Database data, ProjectRow project, bool isNew = false, Dictionary<string, int>? before = null)
    {
        var config = LabelConfig.Of(project);
        var user = data.UserOf(project.CreatedBy);
        var shown = new JsonObject
        {
            ["id"] = project.Id,
            ["organization"] = project.Organization,
            ["created_by"] = new JsonObject
            {
                ["id"] = user.Id,
                ["first_name"] = user.FirstName,
                ["last_name"] = user.LastName,
                ["email"] = user.Email,
                ["avatar"] = null,
            },
            ["created_at"] = project.CreatedAt.Iso(),
            ["control_weights"] = config.Weights(),
            ["parsed_label_config"] = config.Parsed(),
            ["config_has_control_tags"] = config.HasControls,
            ["config_suitable_for_bulk_annotation"] = true,
        };
        foreach (var (name, value) in project.Fields)
            shown[name] = value?.DeepClone();
        var counters = before ?? Counters.Of(data, project.Id);
        foreach (var (name, value) in counters)
            shown[name] = isNew ? null : value;
        var tasks = data.Tasks.FindAll(task => task.Project == project.Id);
        var done = tasks.FindAll(task => data.AnnotationsOf(task).Any(annotation => annotation.CompletedBy == call.User.Id));
        shown["queue_total"] = done.Count + tasks.Count(task => !task.IsLabeled && !done.Contains(task));
        shown["queue_done"] = done.Count;
        if (!server.Is116)
        {
            shown["annotator_evaluation_enabled"] = false;
            shown["state"] = null;
        }

        return shown;
    }
}
