using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>Tasks put in directly, and all of a project taken out.</summary>
internal sealed class Imports(LabelStudioDouble server)
{
    public void Map(Router router)
    {
        router.Map("POST", "api/projects/{id}/import?return_task_ids&commit_to_project", ImportAsync, Slash.None);
        router.Map("GET", "api/projects/{id}/export?exportType&download_all_tasks", Export, Slash.None);
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
        var settings = data.Projects.Find(candidate => candidate.Id == project)!;
        if (settings.Fields.Number("overlap_cohort_percentage") == 100)
            task.Overlap = Math.Max(1, settings.Fields.Number("maximum_annotations") ?? 1);
        else
            data.SpreadOverlap(settings, isCohortChanged: true);
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
        var items = call.Body switch
        {
            JsonArray list => list,
            JsonObject task => [task.DeepClone()],
            _ when call.IsSent && !server.Is116 => null,
            _ => throw new NotSupportedException("No recording imports nothing."),
        };
        var made = new List<TaskRow>();
        int predictions,
            annotations;
        lock (data.Gate)
        {
            var project = data.Projects.Find(candidate => candidate.Id == call.Id) ?? throw Refusal.Page();
            if (items is null)
                throw Refusal.Invalid("non_field_errors", "load_tasks: No data found in DATA or in FILES");
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

    private string? FindFault(ProjectRow project, JsonObject item) =>
        item["data"] is not (null or JsonObject or JsonArray) ? "Task[data] must be dict or list"
        : item.ContainsKey("data") || server.Is116 ? FindMissing(project, DataOf(item))
        : FindMissing(project, item)
            ?.Replace("item[\"data\"] = task root with values]", "item as is = task root with values] ", StringComparison.Ordinal);

    private static JsonObject DataOf(JsonObject item) => item["data"] as JsonObject ?? item;

    private void CheckAll(ProjectRow project, JsonArray items)
    {
        var reasons = new List<JsonNode>();
        for (var index = 0; index < items.Count; index++)
        {
            if (items[index] is not JsonObject item)
            {
                throw items[index]?.GetValueKind() == JsonValueKind.Number && items.Count == 1
                    ? new Refusal(StatusCodes.Status500InternalServerError, "argument of type 'int' is not iterable")
                    : new NotSupportedException("No recording imports such a thing.");
            }

            reasons.Add(FindFault(project, item) is { } fault ? $"Error at item {index}: {fault} :: {item.Repr()}" : new JsonObject());
        }

        if (reasons.Exists(reason => reason is JsonValue))
            throw Refusal.Invalid("non_field_errors", [.. reasons]);
    }

    private Answer Export(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var project = data.Projects.Find(candidate => candidate.Id == call.Id) ?? throw Refusal.Page();
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
