using System.Text.Json.Nodes;

namespace GourmetGram.Tests.LabelStudio;

/// <param name="Id">Number in Label Studio.</param>
/// <param name="Title">Need not be unique.</param>
/// <param name="LabelConfig">XML of the labelling page.</param>
internal sealed record ProjectState(int Id, string Title, string LabelConfig);

internal sealed record StorageState
{
    /// <summary>Number in Label Studio; source and target storages count apart.</summary>
    public required int Id { get; init; }

    /// <summary>Its project.</summary>
    public required int Project { get; init; }

    /// <summary>As it was given.</summary>
    public required string Title { get; init; }

    /// <summary>Full name of the bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>Folder in it.</summary>
    public required string Prefix { get; init; }

    /// <summary>As in the API: <c>initialized</c>, <c>in_progress</c>, <c>failed</c>, <c>completed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Tasks that the last sync made, or annotations that it wrote.</summary>
    public required int? LastSyncCount { get; init; }

    /// <summary>Of the last failure, even if the next sync went well.</summary>
    public required string? Traceback { get; init; }
}

/// <param name="Id">Number in Label Studio.</param>
/// <param name="Project">Its project.</param>
/// <param name="Data">What the task says, as JSON.</param>
/// <param name="StorageKey">Key of the object that it came from; null after direct import.</param>
/// <param name="IsLabeled">Whether enough people have labelled it; a skip does not count.</param>
internal sealed record TaskState(int Id, int Project, string Data, string? StorageKey, bool IsLabeled);

/// <param name="Id">Number in Label Studio.</param>
/// <param name="Task">Its task.</param>
/// <param name="Email">Of the person.</param>
/// <param name="Choices">The classes chosen; empty for a skip.</param>
/// <param name="WasCancelled">Whether it is a skip.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
internal sealed record AnnotationState(
    int Id,
    int Task,
    string Email,
    IReadOnlyList<string> Choices,
    bool WasCancelled,
    DateTimeOffset UpdatedAt
);

/// <param name="Id">Number in Label Studio.</param>
/// <param name="Project">Null for a webhook of the whole organisation.</param>
/// <param name="Url">Where it posts to.</param>
/// <param name="IsActive">Whether it posts.</param>
/// <param name="Actions">What it posts, where it does not post everything.</param>
/// <param name="Headers">Sent with each post; a secret is among them.</param>
internal sealed record WebhookState(
    int Id,
    int? Project,
    string Url,
    bool IsActive,
    IReadOnlyList<string> Actions,
    IReadOnlyDictionary<string, string> Headers
);

/// <content>What a test may look at. Each is a copy of the moment.</content>
internal sealed partial class LabelStudioDouble
{
    public IReadOnlyList<ProjectState> AllProjects =>
        Look(data => data.Projects.ConvertAll(project => new ProjectState(project.Id, project.Title, project.LabelConfig)));

    public IReadOnlyList<StorageState> SourceStorages => Look(data => data.Sources.ConvertAll(Show));

    public IReadOnlyList<StorageState> TargetStorages => Look(data => data.Targets.ConvertAll(Show));

    public IReadOnlyList<TaskState> AllTasks =>
        Look(data =>
            data.Tasks.ConvertAll(task => new TaskState(task.Id, task.Project, task.Data.ToJsonString(), task.Origin?.Key, task.IsLabeled))
        );

    public IReadOnlyList<AnnotationState> AllAnnotations =>
        Look(data =>
            data.Annotations.ConvertAll(annotation => new AnnotationState(
                annotation.Id,
                annotation.Task,
                data.UserOf(annotation.CompletedBy).Email,
                ChoicesOf(annotation),
                annotation.WasCancelled,
                annotation.UpdatedAt
            ))
        );

    public IReadOnlyList<WebhookState> AllWebhooks =>
        Look(data =>
            data.Webhooks.ConvertAll(webhook => new WebhookState(
                webhook.Id,
                webhook.Fields.Number("project"),
                webhook.Fields.Text("url"),
                webhook.Fields.Flag("is_active"),
                [.. webhook.Fields["actions"]!.AsArray().Select(action => action!.GetValue<string>())],
                webhook.Fields["headers"]!
                    .AsObject()
                    .ToDictionary(header => header.Key, header => header.Value!.ToString(), StringComparer.Ordinal)
            ))
        );

    private static StorageState Show(StorageRow storage) =>
        new()
        {
            Id = storage.Id,
            Project = storage.Project,
            Title = storage.Fields.Text("title"),
            Bucket = storage.Bucket,
            Prefix = storage.Prefix,
            Status = storage.Status,
            LastSyncCount = storage.LastSyncCount,
            Traceback = storage.Traceback,
        };

    private static IReadOnlyList<string> ChoicesOf(AnnotationRow annotation) =>
        [
            .. (annotation.Result ?? [])
                .OfType<JsonObject>()
                .SelectMany(result => result["value"]?["choices"] as JsonArray ?? [])
                .Select(choice => choice!.ToString()),
        ];

    private TResult Look<TResult>(Func<Database, TResult> look)
    {
        var data = Data;
        lock (data.Gate)
            return look(data);
    }
}
