using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>What people answer, and their drafts. Nothing is checked against the labelling page.</summary>
internal sealed class Annotations(LabelStudioDouble server)
{
    private readonly FormRules rules = new FormRules(server.Is116)
        .Other("result", value => Result(value, server.Is116))
        .Flag("was_cancelled")
        .Flag("ground_truth")
        .Number("lead_time")
        .Key("completed_by", id =>
        {
            lock (server.Data.Gate)
                return server.Data.Users.Exists(user => user.Id == id);
        });

    public void Map(Router router)
    {
        router.Map("GET", "api/tasks/{id}/annotations", List);
        router.Map("POST", "api/tasks/{id}/annotations", CreateAsync);
        router.Map("POST", "api/tasks/{id}/drafts", Draft);
        router.Map("GET", "api/annotations/{id}", Get);
        router.Map("PATCH", "api/annotations/{id}", ChangeAsync);
        router.Map("DELETE", "api/annotations/{id}", DeleteAsync);
    }

    /// <summary>
    /// Keeps an annotation. The task's <c>updated_at</c> is moved by who has saved it everywhere, so not when a store refused it.
    /// </summary>
    public static AnnotationRow Add(Database data, TaskRow task, JsonObject form, int completedBy)
    {
        var now = data.Now();
        var annotation = new AnnotationRow
        {
            Id = data.NextId("annotation"),
            Task = task.Id,
            Project = task.Project,
            UniqueId = data.NewUniqueId(),
            CompletedBy = completedBy,
            UpdatedBy = completedBy,
            CreatedAt = now,
            UpdatedAt = data.Now(),
        };
        Write(annotation, form);
        data.Annotations.Add(annotation);
        task.Locks.Remove(completedBy);
        data.Recount(task);
        return annotation;
    }

    private static void Write(AnnotationRow annotation, JsonObject form)
    {
        if (form.ContainsKey("result"))
            annotation.Result = form["result"]?.DeepClone() as JsonArray;
        if (form.ContainsKey("was_cancelled"))
            annotation.WasCancelled = form.Flag("was_cancelled");
        if (form.ContainsKey("ground_truth"))
            annotation.GroundTruth = form.Flag("ground_truth");
        if (form.ContainsKey("lead_time"))
            annotation.LeadTime = form["lead_time"]?.DeepClone();
    }

    private static JsonNode? Result(JsonNode? value, bool is116) =>
        value switch
        {
            JsonArray items when items.FirstOrDefault(item => item is not JsonObject) is { } odd => odd.GetValueKind()
                == JsonValueKind.Number
            && !is116
                ? throw new Refusal(StatusCodes.Status500InternalServerError, "'int' object has no attribute 'get'")
                : throw new NotSupportedException($"No recording has a {odd.GetValueKind()} in a result."),
            JsonArray => value.DeepClone(),
            JsonValue text when text.GetValueKind() == JsonValueKind.String => throw new Refusal(
                StatusCodes.Status500InternalServerError,
                "annotation \"result\" can't be parse from str to JSON"
            ),
            _ when is116 => throw new NotSupportedException("No recording of 1.16 has such a result."),
            null => throw new FormRules.Wrong("This field may not be null."),
            _ => throw new FormRules.Wrong("annotation \"result\" field in annotation must be list"),
        };

    private static void Touch(Database data, TaskRow task, UserRow user)
    {
        task.UpdatedAt = data.Now();
        task.UpdatedBy = user.Id;
    }

    private Answer List(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var views = new TaskViews(data, server.Is116);
            return Answer.Of(new JsonArray([.. data.AnnotationsOf(data.TaskOf(call.Id)).Select(views.Shown)]));
        }
    }

    private async Task<Answer> CreateAsync(Call call)
    {
        var data = server.Data;
        TaskRow task;
        lock (data.Gate)
            task = data.TaskOf(call.Id);
        var form = rules.Read(call);
        AnnotationRow annotation;
        JsonObject shown;
        lock (data.Gate)
        {
            annotation = Add(data, task, form, form.Number("completed_by") ?? call.User.Id);
            data.Drafts.RemoveAll(draft => draft.Task == task.Id && draft.User == call.User.Id);
            shown = new TaskViews(data, server.Is116).Shown(annotation);
        }

        await server.Targets.SaveAsync(data, annotation);
        lock (data.Gate)
            Touch(data, task, call.User);
        await server.Webhooks.TellAnnotationAsync("ANNOTATION_CREATED", annotation);
        return Answer.Of(shown, StatusCodes.Status201Created);
    }

    private Answer Draft(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var task = data.TaskOf(call.Id);
            var (id, now) = (data.NextId("draft"), data.Now());
            var body = new JsonObject
            {
                ["id"] = id,
                ["user"] = call.User.Email,
                ["created_username"] = $"{call.User.FirstName} {call.User.LastName}".Trim() is { Length: > 0 } name
                    ? $"{name} {call.User.Email}, {call.User.Id}"
                    : $"{call.User.Email}, {call.User.Id}",
                ["created_ago"] = "0\u00a0minutes",
                ["result"] = call.Form["result"]?.DeepClone(),
                ["lead_time"] = call.Form["lead_time"]?.DeepClone(),
                ["was_postponed"] = false,
                ["import_id"] = null,
                ["created_at"] = now.Iso(),
                ["updated_at"] = now.Iso(),
                ["task"] = task.Id,
                ["annotation"] = null,
            };
            data.Drafts.Add(
                new SideNoteRow
                {
                    Id = id,
                    Task = task.Id,
                    User = call.User.Id,
                    CreatedAt = now,
                    Body = body,
                }
            );
            return Answer.Of(body.DeepClone(), StatusCodes.Status201Created);
        }
    }

    private Answer Get(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
            return Answer.Of(new TaskViews(data, server.Is116).Shown(data.AnnotationOf(call.Id)));
    }

    private async Task<Answer> ChangeAsync(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
            data.AnnotationOf(call.Id);
        var form = rules.Read(call);
        TaskRow task;
        AnnotationRow annotation;
        JsonObject shown;
        lock (data.Gate)
        {
            annotation = data.AnnotationOf(call.Id);
            task = data.TaskOf(annotation.Task);
            // Before the save as well as after it.
            Touch(data, task, call.User);
            Write(annotation, form);
            data.Recount(task);
            annotation.UpdatedBy = call.User.Id;
            annotation.UpdatedAt = data.Now();
            shown = new TaskViews(data, server.Is116).Shown(annotation);
        }

        await server.Targets.SaveAsync(data, annotation);
        lock (data.Gate)
            Touch(data, task, call.User);
        await server.Webhooks.TellAnnotationAsync("ANNOTATION_UPDATED", annotation);
        return Answer.Of(shown);
    }

    /// <summary>Removes all annotations of some tasks of one project.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RemoveAsync(Database data, IReadOnlyList<TaskRow> tasks, UserRow user)
    {
        List<AnnotationRow> removed;
        lock (data.Gate)
            removed = [.. tasks.SelectMany(data.AnnotationsOf)];
        await RemoveAsync(data, removed, user);
        return removed.Count;
    }

    private async Task<Answer> DeleteAsync(Call call)
    {
        AnnotationRow annotation;
        lock (server.Data.Gate)
            annotation = server.Data.AnnotationOf(call.Id);
        await RemoveAsync(server.Data, [annotation], call.User);
        return Answer.Empty(StatusCodes.Status204NoContent);
    }

    private async Task RemoveAsync(Database data, List<AnnotationRow> removed, UserRow user)
    {
        lock (data.Gate)
        {
            foreach (var annotation in removed)
            {
                data.Annotations.Remove(annotation);
                var task = data.TaskOf(annotation.Task);
                Touch(data, task, user);
                data.Recount(task);
            }
        }

        await server.Targets.DeleteAsync(data, removed);
        foreach (var ofProject in removed.GroupBy(annotation => annotation.Project))
            await server.Webhooks.TellDeletedAsync(
                "ANNOTATIONS_DELETED",
                "annotations",
                ofProject.Key,
                ofProject.Select(annotation => annotation.Id)
            );
    }
}
