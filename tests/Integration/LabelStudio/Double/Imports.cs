using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.Integration.LabelStudio.Double;

/// <summary>Tasks put in directly, and all of a project taken out.</summary>
internal sealed class Imports(LabelStudioDouble server)
{
    public void Map(Router router)
    {
        router.Map("POST", "api/projects/{id}/import", ImportAsync, Slash.None);
        router.Map("GET", "api/projects/{id}/export", Export, Slash.None);
    }

    /// <returns>What a task lacks that the page of its project shows; null when nothing.</returns>
    public static string? FindMissing(ProjectRow project, JsonObject content) =>
        LabelConfig.Of(project).Variables.FirstOrDefault(variable => !content.ContainsKey(variable)) is { } missing
            ? $"\"{missing}\" key is expected in task data [assume: item[\"data\"] = task root with values]"
            : null;

    public static TaskRow AddTask(Database data, int project, JsonObject content, JsonObject meta, bool allowSkip = true)
    {
        var now = data.Now();
        var task = new TaskRow
        {
            Id = data.NextId("task"),
            InnerId = data.NextId($"task of {project}"),
            Project = project,
            CreatedAt = now,
            UpdatedAt = data.Now(),
            Data = content,
            Meta = meta,
            AllowSkip = allowSkip,
        };
        data.Tasks.Add(task);
        return task;
    }

    public static void AddPredictions(Database data, TaskRow task, JsonArray predictions)
    {
        foreach (var prediction in predictions.OfType<JsonObject>())
        {
            var (id, now) = (data.NextId("prediction"), data.Now());
            var body = new JsonObject
            {
                ["id"] = id,
                ["model_version"] = prediction["model_version"]?.DeepClone() ?? "undefined",
                ["created_ago"] = "0\u00a0minutes",
                ["result"] = prediction["result"]?.DeepClone(),
                ["score"] = prediction["score"]?.DeepClone(),
                ["cluster"] = null,
                ["neighbors"] = null,
                ["mislabeling"] = 0.0,
                ["model"] = null,
                ["model_run"] = null,
                ["created_at"] = now.Iso(),
                ["updated_at"] = now.Iso(),
                ["task"] = task.Id,
                ["project"] = task.Project,
            };
            data.Predictions.Add(
                new SideNoteRow
                {
                    Id = id,
                    Task = task.Id,
                    CreatedAt = now,
                    Body = body,
                }
            );
        }
    }

    public static void AddAnnotations(Database data, TaskRow task, JsonArray annotations, int completedBy)
    {
        foreach (var annotation in annotations.OfType<JsonObject>())
            Annotations.Add(data, task, annotation, completedBy);
    }

    /// <summary>All or nothing.</summary>
    private async Task<Answer> ImportAsync(Call call)
    {
        var data = server.Data;
        var items = call.Body as JsonArray ?? [call.Form.DeepClone()];
        var made = new List<TaskRow>();
        int predictions,
            annotations;
        lock (data.Gate)
        {
            var project = data.Projects.Find(candidate => candidate.Id == call.Id) ?? throw Refusal.Page();
            if (items.Count == 0)
                throw Refusal.Invalid("non_field_errors", "load_tasks: No tasks added");
            CheckAll(project, items);
            var before = (data.Predictions.Count, data.Annotations.Count);
            foreach (var item in items.Select(item => item!.AsObject()))
            {
                var task = AddTask(data, project.Id, (JsonObject)DataOf(item).DeepClone(), item["meta"]?.DeepClone() as JsonObject ?? []);
                AddPredictions(data, task, item["predictions"] as JsonArray ?? []);
                AddAnnotations(data, task, item["annotations"] as JsonArray ?? [], call.User.Id);
                made.Add(task);
            }

            (predictions, annotations) = (data.Predictions.Count - before.Item1, data.Annotations.Count - before.Item2);
        }

        await server.Webhooks.TellTasksAsync("TASKS_CREATED", call.Id, made);
        var answer = new JsonObject
        {
            ["task_count"] = made.Count,
            ["annotation_count"] = annotations,
            ["prediction_count"] = predictions,
            ["duration"] = 0.1,
            ["file_upload_ids"] = new JsonArray(),
            ["could_be_tasks_list"] = false,
            ["found_formats"] = new JsonArray(),
            ["data_columns"] = new JsonArray(),
        };
        if (call.Query("return_task_ids") == "true")
            answer["task_ids"] = new JsonArray([.. made.Select(task => JsonValue.Create(task.Id))]);
        return Answer.Of(answer, StatusCodes.Status201Created);
    }

    private static JsonObject DataOf(JsonObject item) => item["data"] as JsonObject ?? item;

    private static void CheckAll(ProjectRow project, JsonArray items)
    {
        var reasons = new List<JsonNode>();
        for (var index = 0; index < items.Count; index++)
        {
            var item = items[index] as JsonObject ?? [];
            reasons.Add(
                FindMissing(project, DataOf(item)) is { } missing ? $"Error at item {index}: {missing} :: {item.Repr()}" : new JsonObject()
            );
        }

        if (reasons.Exists(reason => reason is JsonValue))
            throw Refusal.Invalid("non_field_errors", [.. reasons]);
    }

    private Answer Export(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var project = data.ProjectOf(call.Id);
            var all = call.Query("download_all_tasks") == "true";
            var tasks = data.Tasks.FindAll(task => task.Project == project.Id && (all || data.AnnotationsOf(task).Count > 0));
            var views = new TaskViews(data, server.Is116);
            var body = call.Query("exportType") switch
            {
                "JSON" or null => new JsonArray([.. tasks.Select(task => views.Exported(task))]),
                "JSON_MIN" => new JsonArray([
                    .. tasks.SelectMany(task =>
                        data.AnnotationsOf(task)
                            .Where(annotation => !annotation.WasCancelled)
                            .Select(annotation => Minimal(task, annotation))
                    ),
                ]),
                _ => throw new Refusal(StatusCodes.Status500InternalServerError, ""),
            };
            return Answer
                .Of(body, contentType: "application/.json")
                .With("Content-Disposition", $"attachment; filename=\"project-{project.Id}.json\"");
        }
    }

    private static JsonObject Minimal(TaskRow task, AnnotationRow annotation)
    {
        var shown = (JsonObject)task.Data.DeepClone();
        shown["id"] = task.Id;
        foreach (var result in (annotation.Result ?? []).OfType<JsonObject>())
        {
            if (result["value"]?["choices"] is JsonArray choices)
                shown[result.Text("from_name")] =
                    choices.Count == 1 ? choices[0]!.DeepClone() : new JsonObject { ["choices"] = choices.DeepClone() };
        }

        shown["annotator"] = annotation.CompletedBy;
        shown["annotation_id"] = annotation.Id;
        shown["created_at"] = annotation.CreatedAt.Iso();
        shown["updated_at"] = annotation.UpdatedAt.Iso();
        shown["lead_time"] = annotation.LeadTime?.DeepClone();
        return shown;
    }
}
