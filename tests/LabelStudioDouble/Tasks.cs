using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>Tasks: lists, one, change, delete, the next.</summary>
internal sealed class Tasks(LabelStudioDouble server)
{
    private const int DefaultPage = 100;
    private const int DefaultBarePage = 50;

    /// <summary>More actions of 1.23, which nobody recorded.</summary>
    private static readonly string[] Others =
    [
        "retrieve_tasks_predictions",
        "predictions_to_annotations",
        "remove_duplicates",
        "delete_tasks_predictions",
    ];

    private readonly FormRules rules = new FormRules(server.Is116).Integer("overlap").Flag("is_labeled");

    public void Map(Router router)
    {
        router.Map("GET", "api/tasks?project&page&page_size&fields&resolve_uri&include&query&only_annotated", ListAsync);
        router.Map("POST", "api/tasks", CreateAsync);
        router.Map("GET", "api/tasks/{id}?resolve_uri", GetAsync);
        router.Map("PATCH", "api/tasks/{id}", Change);
        router.Map("DELETE", "api/tasks/{id}", DeleteAsync);
        router.Map("GET", "api/projects/{id}/tasks?page&page_size&completed", ListBare);
        router.Map("GET", "api/projects/{id}/next", Next);
        router.Map("POST", "api/dm/actions?id&project", ActAsync);
    }

    private async Task<Answer> ListAsync(Call call)
    {
        var data = server.Data;
        List<TaskRow> page;
        JsonObject answer;
        JsonArray shown;
        lock (data.Gate)
        {
            if (call.Query("project") is null)
                return Answer.Of(new JsonObject { ["detail"] = "Neither project nor view id specified" }, StatusCodes.Status404NotFound);
            var project = data.ProjectToList(call.User, call.QueryNumber("project") ?? 0);
            if (call.Query("fields") is not (null or "all"))
                throw new NotSupportedException($"No recording asks for the fields '{call.Query("fields")}'.");
            var all = TaskQuery.Apply(data, data.Tasks.Where(task => task.Project == project.Id), call.Query("query")).ToList();
            page = PageOf(all, call, DefaultPage) ?? throw Refusal.NotFound("Invalid page.");
            var views = new TaskViews(data, server.Is116);
            var wanted = call.Query("include")?.Split(',');
            shown = new JsonArray([
                .. page.Select(task => Choose(views.Listed(task, call.Query("fields") == "all", isAlone: false), wanted)),
            ]);
            var ids = all.Select(task => task.Id).ToHashSet();
            answer = new JsonObject
            {
                ["total_annotations"] = data.Annotations.Count(annotation => ids.Contains(annotation.Task) && !annotation.WasCancelled),
                ["total_predictions"] = data.Predictions.Count(prediction => ids.Contains(prediction.Task)),
                ["total"] = all.Count,
                ["tasks"] = shown,
            };
        }

        await ResolveAsync(call, data, page, shown);
        return Answer.Of(answer);
    }

    private async Task<Answer> GetAsync(Call call)
    {
        var data = server.Data;
        TaskRow task;
        JsonObject shown;
        lock (data.Gate)
        {
            task = data.TaskOf(call.Id);
            shown = new TaskViews(data, server.Is116).Listed(task, isFull: true, isAlone: true);
        }

        await ResolveAsync(call, data, [task], [shown]);
        return Answer.Of(shown);
    }

    private async Task<Answer> CreateAsync(Call call)
    {
        var data = server.Data;
        TaskRow task;
        JsonObject shown;
        lock (data.Gate)
        {
            var project = data.Projects.Find(found => found.Id == call.Form.Number("project"))
                ?? throw new NotSupportedException("No recording makes a task without a project.");
            var content = call.Form["data"] as JsonObject ?? [];
            if (Imports.FindMissing(project, content) is { } missing)
                throw Refusal.Invalid("non_field_errors", missing);
            task = Imports.AddTask(data, project.Id, (JsonObject)content.DeepClone(), call.Form["meta"]?.DeepClone() as JsonObject ?? []);
            shown = new TaskViews(data, server.Is116).Shown(task);
        }

        await server.Webhooks.TellTasksAsync("TASKS_CREATED", task.Project, [task]);
        return Answer.Of(shown, StatusCodes.Status201Created);
    }

    private Answer Change(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var task = data.TaskOf(call.Id);
            var form = rules.Read(call);
            if (form["data"] is JsonObject content)
                task.Data = (JsonObject)content.DeepClone();
            task.Overlap = form.Number("overlap") ?? task.Overlap;
            task.IsLabeled = form.ContainsKey("is_labeled") ? form.Flag("is_labeled") : task.IsLabeled;
            task.UpdatedAt = data.Now();
            return Answer.Of(new TaskViews(data, server.Is116).WithAnswers(task));
        }
    }

    private async Task<Answer> DeleteAsync(Call call)
    {
        TaskRow task;
        lock (server.Data.Gate)
            task = server.Data.TaskOf(call.Id);
        await RemoveAsync(server.Data, [task]);
        return Answer.Empty(StatusCodes.Status204NoContent);
    }

    /// <summary>Newest change first, whether labelled or not.</summary>
    private Answer ListBare(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var project = data.ProjectOf(call.User, call.Id);
            var all = data.Tasks.Where(task => task.Project == project.Id).OrderByDescending(task => task.UpdatedAt).ToList();
            var page = PageOf(all, call, DefaultBarePage) ?? throw Refusal.NotFound("Not found.");
            var views = new TaskViews(data, server.Is116);
            return Answer.Of(new JsonArray([.. page.Select(views.WithAnswers)]));
        }
    }

    private Answer Next(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var project = data.ProjectOf(call.User, call.Id);
            var (task, queue) = FindNext(data, project, call.User);
            task?.Locks.Add(call.User.Id);
            return task is not null
                ? Answer.Of(new TaskViews(data, server.Is116).Next(task, queue))
                : throw Refusal.NotFound(
                    server.Is116
                        ? $"There are still some tasks to complete for the user={call.User.Email}, but they seem to be locked by another "
                            + "user."
                        : $"There are no tasks for {call.User.Email}"
                );
        }
    }

    /// <summary>
    /// What somebody has in hand comes again; then what others have begun, where several should answer; then the sampling of the project.
    /// </summary>
    private static (TaskRow? Task, string Queue) FindNext(Database data, ProjectRow project, UserRow user)
    {
        var open = data.Tasks.FindAll(task =>
            task.Project == project.Id && !task.IsLabeled && !data.AnnotationsOf(task).Any(annotation => annotation.CompletedBy == user.Id)
        );
        if (open.Find(task => task.Locks.Contains(user.Id)) is { } locked)
            return (locked, "Task lock");
        var free = open.FindAll(task => task.Locks.Count + data.AnnotationsOf(task).Count < task.Overlap);
        var most = free.Count == 0 ? 0 : free.Max(task => data.AnnotationsOf(task).Count);
        if (project.Fields.Number("maximum_annotations") > 1 && most > 0)
            return (RandomOf(free.FindAll(task => data.AnnotationsOf(task).Count == most)), "Breadth first queue");
        return project.Fields.Text("sampling") switch
        {
            "Sequential sampling" => (free.FirstOrDefault(), "Sequence queue"),
            "Uniform sampling" => (RandomOf(free), "Uniform random queue"),
            var other => throw new NotSupportedException($"No recording asks for the next task by '{other}'."),
        };
    }

    private static TaskRow? RandomOf(List<TaskRow> tasks) => tasks.Count == 0 ? null : tasks[RandomNumberGenerator.GetInt32(tasks.Count)];

    /// <summary>Buttons of the data manager for chosen tasks, or for all: they are deleted, or their annotations are.</summary>
    private async Task<Answer> ActAsync(Call call)
    {
        if (Others.Contains(call.Query("id"), StringComparer.Ordinal))
            throw new NotSupportedException($"No recording has the action '{call.Query("id")}'.");
        if (call.Query("id") is not ("delete_tasks" or "delete_tasks_annotations"))
            throw new Refusal(StatusCodes.Status500InternalServerError, $"Can't find '{call.Query("id")}' in registered actions");
        var data = server.Data;
        List<TaskRow> chosen;
        lock (data.Gate)
        {
            var project = data.ProjectOf(call.User, call.QueryNumber("project") ?? 0);
            var selected = call.Form["selectedItems"] as JsonObject ?? [];
            var included = (selected["included"] as JsonArray ?? []).Select(id => id!.GetValue<int>()).ToHashSet();
            chosen = data.Tasks.FindAll(task => task.Project == project.Id && (selected.Flag("all") || included.Contains(task.Id)));
        }

        if (call.Query("id") == "delete_tasks_annotations")
        {
            var removed = await server.Annotations.RemoveAsync(data, chosen, call.User);
            return Answer.Of(new JsonObject { ["processed_items"] = removed, ["detail"] = $"Deleted {removed} annotations" });
        }

        await RemoveAsync(data, chosen);
        return Answer.Of(
            new JsonObject
            {
                ["processed_items"] = chosen.Count,
                ["reload"] = false,
                ["detail"] = $"Deleted {chosen.Count} tasks",
            }
        );
    }

    private async Task RemoveAsync(Database data, List<TaskRow> tasks)
    {
        List<AnnotationRow> annotations;
        lock (data.Gate)
        {
            annotations = [.. tasks.SelectMany(data.AnnotationsOf)];
            tasks.ForEach(data.Remove);
        }

        await server.Targets.DeleteAsync(data, annotations);
        foreach (var ofProject in tasks.GroupBy(task => task.Project))
            await server.Webhooks.TellDeletedAsync("TASKS_DELETED", "tasks", ofProject.Key, ofProject.Select(task => task.Id));
    }

    /// <summary>Puts addresses that a browser can open in place of <c>s3://…</c>, unless the caller does not want it.</summary>
    private async Task ResolveAsync(Call call, Database data, List<TaskRow> tasks, JsonArray shown)
    {
        if (string.Equals(call.Query("resolve_uri"), "false", StringComparison.OrdinalIgnoreCase))
            return;
        foreach (var (task, view) in tasks.Zip(shown))
        {
            if (view!["data"] is JsonObject content)
                await server.Images.ResolveAsync(data, task, content, server.Settings.Host ?? call.Host);
        }
    }

    /// <returns>Null when the page does not exist; the first one always does.</returns>
    private static List<TaskRow>? PageOf(List<TaskRow> all, Call call, int defaultSize)
    {
        var size = Math.Max(1, call.QueryNumber("page_size") ?? defaultSize);
        var page = call.QueryNumber("page") ?? 1;
        return page < 1 || (page > 1 && (page - 1) * size >= all.Count) ? null : [.. all.Skip((page - 1) * size).Take(size)];
    }

    private static JsonObject Choose(JsonObject all, string[]? wanted) =>
        wanted is null
            ? all
            : new JsonObject(
                all.Where(field => wanted.Contains(field.Key)).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))
            );
}
