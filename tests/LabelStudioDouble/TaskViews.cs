using System.Text.Json.Nodes;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>The many forms in which Label Studio shows a task and its annotations. Under the lock of the data.</summary>
internal sealed class TaskViews(Database data, bool is116)
{
    /// <summary>An annotation as the API shows it: task and person are numbers.</summary>
    public JsonObject Shown(AnnotationRow annotation)
    {
        var user = data.UserOf(annotation.CompletedBy);
        var name = user.LastName.Length == 0 ? user.FirstName : $"{user.FirstName} {user.LastName}";
        var shown = new JsonObject
        {
            ["id"] = annotation.Id,
            ["result"] = annotation.Result?.DeepClone(),
            ["created_username"] = $"{name} {user.Email}, {user.Id}",
            ["created_ago"] = "0\u00a0minutes",
            ["completed_by"] = user.Id,
        };
        AddState(shown, annotation);
        AddEnd(shown, annotation);
        return shown;
    }

    /// <summary>As it is written into a target storage: task and person are objects.</summary>
    public JsonObject Written(AnnotationRow annotation)
    {
        var user = data.UserOf(annotation.CompletedBy);
        var written = new JsonObject();
        foreach (var (name, value) in Shown(annotation))
        {
            if (name == "task")
                continue;
            written[name] = value?.DeepClone();
            if (name != "completed_by")
                continue;
            written[name] = new JsonObject
            {
                ["id"] = user.Id,
                ["first_name"] = user.FirstName,
                ["last_name"] = user.LastName,
                ["email"] = user.Email,
            };
            written["task"] = Stored(data.TaskOf(annotation.Task));
        }

        return written;
    }

    /// <summary>As exports and webhooks have it.</summary>
    public JsonObject Exported(AnnotationRow annotation, bool showsPerson = false)
    {
        var user = data.UserOf(annotation.CompletedBy);
        var shown = new JsonObject
        {
            ["id"] = annotation.Id,
            ["completed_by"] = showsPerson
                ? new JsonObject
                {
                    ["id"] = user.Id,
                    ["email"] = user.Email,
                    ["first_name"] = user.FirstName,
                    ["last_name"] = user.LastName,
                }
                : user.Id,
            ["result"] = annotation.Result?.DeepClone(),
        };
        AddState(shown, annotation);
        shown["prediction"] = new JsonObject();
        shown["result_count"] = annotation.Result?.Count ?? 0;
        shown["unique_id"] = annotation.UniqueId;
        AddEnd(shown, annotation);
        return shown;
    }

    /// <summary>A task as most calls answer it.</summary>
    public JsonObject Shown(TaskRow task) => Build(task, stored: false);

    /// <summary>A task as webhooks and target storages have it.</summary>
    public JsonObject Stored(TaskRow task) => Build(task, stored: true);

    /// <summary>A task with its annotations and predictions.</summary>
    public JsonObject WithAnswers(TaskRow task)
    {
        var shown = Shown(task);
        shown["annotations"] = new JsonArray([.. data.AnnotationsOf(task).Select(Shown)]);
        shown["predictions"] = Predictions(task);
        return shown;
    }

    /// <summary>A task as an export has it.</summary>
    public JsonObject Exported(TaskRow task, bool showsPeople = false)
    {
        var shown = new JsonObject
        {
            ["id"] = task.Id,
            ["annotations"] = new JsonArray([.. data.AnnotationsOf(task).Select(annotation => Exported(annotation, showsPeople))]),
            ["drafts"] = Drafts(task),
            ["predictions"] = new JsonArray([
                .. data.Predictions.Where(prediction => prediction.Task == task.Id).Select(prediction => JsonValue.Create(prediction.Id)),
            ]),
        };
        foreach (var (name, value) in Shown(task).Where(field => field.Key is not ("id" or "is_labeled" or "overlap" or "file_upload")))
        {
            shown[name] = value?.DeepClone();
            if (name == "updated_at" && !is116)
                shown["allow_skip"] = task.AllowSkip;
        }

        return shown;
    }

    /// <summary>A task as the labelling page and the list of tasks have it.</summary>
    /// <param name="task">Which one.</param>
    /// <param name="isFull">With annotations and predictions: alone, or in a list with <c>fields=all</c>.</param>
    /// <param name="isAlone">People are shown in full, and in 1.23 no summary of the results.</param>
    public JsonObject Listed(TaskRow task, bool isFull, bool isAlone)
    {
        var annotations = isFull ? data.AnnotationsOf(task) : [];
        var shown = Shown(task);
        shown["drafts"] = isFull ? Drafts(task) : [];
        shown["annotators"] = new JsonArray([
            .. annotations.Select(annotation => annotation.CompletedBy).Distinct().Select(user => JsonValue.Create(user)),
        ]);
        shown["annotations_results"] =
            isAlone && !is116
                ? ""
                : string.Join(',', annotations.Select(annotation => annotation.Result.Dump().Replace("\"", "", StringComparison.Ordinal)));
        shown["predictions_results"] = "";
        shown["annotations_ids"] = string.Join(',', annotations.Select(annotation => annotation.Id));
        shown["predictions_model_versions"] = "";
        shown["storage_filename"] = task.Origin?.Key;
        shown["updated_by"] = UpdatedBy(task);
        if (!isFull)
            return shown;
        var predictions = data.Predictions.FindAll(prediction => prediction.Task == task.Id);
        shown["predictions"] = Predictions(task);
        shown["annotations"] = new JsonArray([.. annotations.Select(annotation => isAlone ? WithPerson(annotation) : Shown(annotation))]);
        shown["completed_at"] = task.IsLabeled && annotations.Count > 0 ? CompletedAt(annotations).Iso() : null;
        shown["predictions_score"] =
            predictions.Count == 0 ? null : predictions.Average(prediction => prediction.Body["score"]?.GetValue<double>() ?? 0);
        shown["avg_lead_time"] = annotations.Select(annotation => annotation.LeadTime?.GetValue<double>()).Average();
        shown["draft_exists"] = data.Drafts.Exists(draft => draft.Task == task.Id);
        if (!isAlone || is116)
        {
            shown["predictions_results"] = string.Join(
                ',',
                predictions.Select(prediction => prediction.Body["result"].Dump().Replace("\"", "", StringComparison.Ordinal))
            );
        }

        shown["predictions_model_versions"] = string.Join(',', predictions.Select(prediction => prediction.Body.Text("model_version")));
        return shown;
    }

    /// <summary>A task as someone gets it who asks for the next.</summary>
    public JsonObject Next(TaskRow task, string queue)
    {
        var shown = WithAnswers(task);
        shown["drafts"] = Drafts(task);
        shown["updated_by"] = UpdatedBy(task);
        shown["unique_lock_id"] = data.NewUniqueId();
        shown["queue"] = queue;
        return shown;
    }

    private static DateTimeOffset CompletedAt(IReadOnlyList<AnnotationRow> annotations) =>
        annotations
            .Where(annotation => !annotation.WasCancelled || annotations.All(other => other.WasCancelled))
            .Max(annotation => annotation.CreatedAt);

    private static JsonArray UpdatedBy(TaskRow task) => task.UpdatedBy is { } user ? [new JsonObject { ["user_id"] = user }] : [];

    private JsonArray Drafts(TaskRow task) =>
        new([.. data.Drafts.Where(draft => draft.Task == task.Id).Select(draft => draft.Body.DeepClone())]);

    private JsonArray Predictions(TaskRow task) =>
        new([.. data.Predictions.Where(prediction => prediction.Task == task.Id).Select(prediction => prediction.Body.DeepClone())]);

    private JsonObject WithPerson(AnnotationRow annotation)
    {
        var shown = Shown(annotation);
        var user = data.UserOf(annotation.CompletedBy);
        shown["completed_by"] = new JsonObject
        {
            ["id"] = user.Id,
            ["first_name"] = user.FirstName,
            ["last_name"] = user.LastName,
            ["avatar"] = null,
            ["email"] = user.Email,
            ["initials"] = user.Initials,
        };
        return shown;
    }

    private JsonObject Build(TaskRow task, bool stored)
    {
        var annotations = data.AnnotationsOf(task);
        var shown = new JsonObject
        {
            ["id"] = task.Id,
            ["data"] = task.Data.DeepClone(),
            ["meta"] = task.Meta.DeepClone(),
            ["created_at"] = task.CreatedAt.Iso(),
            ["updated_at"] = task.UpdatedAt.Iso(),
            ["is_labeled"] = task.IsLabeled,
        };
        if (stored && !is116)
            shown["allow_skip"] = task.AllowSkip;
        shown["overlap"] = task.Overlap;
        shown["inner_id"] = task.InnerId;
        shown["total_annotations"] = annotations.Count(annotation => !annotation.WasCancelled);
        shown["cancelled_annotations"] = annotations.Count(annotation => annotation.WasCancelled);
        shown["total_predictions"] = data.Predictions.Count(prediction => prediction.Task == task.Id);
        if (stored && !is116)
            shown["precomputed_agreement"] = null;
        shown["comment_count"] = 0;
        shown["unresolved_comment_count"] = 0;
        shown["last_comment_updated_at"] = null;
        shown["project"] = task.Project;
        shown["updated_by"] = task.UpdatedBy;
        shown["file_upload"] = null;
        shown["comment_authors"] = new JsonArray();
        return shown;
    }

    private static void AddState(JsonObject shown, AnnotationRow annotation)
    {
        shown["was_cancelled"] = annotation.WasCancelled;
        shown["ground_truth"] = annotation.GroundTruth;
        shown["created_at"] = annotation.CreatedAt.Iso();
        shown["updated_at"] = annotation.UpdatedAt.Iso();
        shown["draft_created_at"] = null;
        shown["lead_time"] = annotation.LeadTime?.DeepClone();
    }

    private static void AddEnd(JsonObject shown, AnnotationRow annotation)
    {
        shown["import_id"] = null;
        shown["last_action"] = null;
        shown["bulk_created"] = false;
        shown["task"] = annotation.Task;
        shown["project"] = annotation.Project;
        shown["updated_by"] = annotation.UpdatedBy;
        shown["parent_prediction"] = null;
        shown["parent_annotation"] = null;
        shown["last_created_by"] = null;
    }
}
