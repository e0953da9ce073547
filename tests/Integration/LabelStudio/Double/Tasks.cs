using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.Integration.LabelStudio.Double;

/// <summary>Tasks: lists, one, change, delete, the next.</summary>
internal sealed class Tasks(LabelStudioDouble server)
{
    private const int DefaultPage = 100;
    private const int DefaultBarePage = 50;

    public void Map(Router router)
    {
        router.Map("GET", "api/tasks", ListAsync);
        router.Map("POST", "api/tasks", CreateAsync);
        router.Map("GET", "api/tasks/{id}", GetAsync);
        router.Map("PATCH", "api/tasks/{id}", Change);
        router.Map("DELETE", "api/tasks/{id}", DeleteAsync);
        router.Map("GET", "api/projects/{id}/tasks", ListBare);
        router.Map("GET", "api/projects/{id}/next", Next);
        router.Map("POST", "api/dm/actions", ActAsync);
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
            var project = data.ProjectOf(call.QueryNumber("project") ?? 0);
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
            var project = StorageForms.ProjectOf(data, call.Form);
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
            if (call.Form["data"] is JsonObject content)
                task.Data = (JsonObject)content.DeepClone();
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
            var project = data.ProjectOf(call.Id);
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
            var project = data.ProjectOf(call.Id);
            var task = data.Tasks.Find(candidate =>
                candidate.Project == project.Id
                && !data.IsLabeled(candidate)
                && !data.Annotations.Exists(annotation => annotation.Task == candidate.Id && annotation.CompletedBy == call.User.Id)
            );
            return task is not null
                ? Answer.Of(new TaskViews(data, server.Is116).Next(task))
                : throw Refusal.NotFound(
                    server.Is116
                        ? $"There are still some tasks to complete for the user={call.User.Email}, but they seem to be locked by another user."
                        : $"There are no tasks for {call.User.Email}"
                );
        }
    }

    /// <summary>Buttons of the data manager; of them only deletion of chosen tasks, or of all.</summary>
    private async Task<Answer> ActAsync(Call call)
    {
        if (call.Query("id") != "delete_tasks")
            throw new NotSupportedException($"The double knows no action '{call.Query("id")}'.");
        var data = server.Data;
        List<TaskRow> chosen;
        lock (data.Gate)
        {
            var project = data.ProjectOf(call.QueryNumber("project") ?? 0);
            var selected = call.Form["selectedItems"] as JsonObject ?? [];
            var included = (selected["included"] as JsonArray ?? []).Select(id => id!.GetValue<int>()).ToHashSet();
            chosen = data.Tasks.FindAll(task => task.Project == project.Id && (selected.Flag("all") || included.Contains(task.Id)));
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
                await server.Images.ResolveAsync(data, task, content, call.Host);
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
