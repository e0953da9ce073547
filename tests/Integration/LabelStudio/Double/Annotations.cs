using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.Integration.LabelStudio.Double;

/// <summary>What people answer, and their drafts. Nothing is checked against the labelling page.</summary>
internal sealed class Annotations(LabelStudioDouble server)
{
    public void Map(Router router)
    {
        router.Map("GET", "api/tasks/{id}/annotations", List);
        router.Map("POST", "api/tasks/{id}/annotations", CreateAsync);
        router.Map("POST", "api/tasks/{id}/drafts", Draft);
        router.Map("GET", "api/annotations/{id}", Get);
        router.Map("PATCH", "api/annotations/{id}", ChangeAsync);
        router.Map("DELETE", "api/annotations/{id}", DeleteAsync);
    }

    /// <summary>Keeps an annotation. The task's <c>updated_at</c> is moved by who has saved it everywhere, so not when a store refused it.</summary>
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

    private static void Check(JsonObject form)
    {
        if (form["result"] is JsonValue)
            throw new Refusal(StatusCodes.Status500InternalServerError, "annotation \"result\" can't be parse from str to JSON");
    }

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
        Check(call.Form);
        var data = server.Data;
        TaskRow task;
        AnnotationRow annotation;
        JsonObject shown;
        lock (data.Gate)
        {
            task = data.TaskOf(call.Id);
            annotation = Add(data, task, call.Form, call.User.Id);
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
                ["created_username"] = $" {call.User.Email}, {call.User.Id}",
                ["created_ago"] = "0\u00a0minutes",
                ["result"] = call.Form["result"]?.DeepClone(),
                ["lead_time"] = call.Form["lead_time"]?.DeepClone(),
                ["was_postponed"] = false,
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
        Check(call.Form);
        var data = server.Data;
        TaskRow task;
        AnnotationRow annotation;
        JsonObject shown;
        lock (data.Gate)
        {
            annotation = data.AnnotationOf(call.Id);
            task = data.TaskOf(annotation.Task);
            // Before the save as well as after it.
            Touch(data, task, call.User);
            Write(annotation, call.Form);
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

    private async Task<Answer> DeleteAsync(Call call)
    {
        var data = server.Data;
        AnnotationRow annotation;
        lock (data.Gate)
        {
            annotation = data.AnnotationOf(call.Id);
            data.Annotations.Remove(annotation);
            Touch(data, data.TaskOf(annotation.Task), call.User);
        }

        await server.Targets.DeleteAsync(data, [annotation]);
        await server.Webhooks.TellDeletedAsync("ANNOTATIONS_DELETED", "annotations", annotation.Project, [annotation.Id]);
        return Answer.Empty(StatusCodes.Status204NoContent);
    }
}
