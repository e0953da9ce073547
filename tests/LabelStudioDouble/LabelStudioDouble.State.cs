using System.Text.Json.Nodes;

namespace GourmetGram.Tests.Integration.LabelStudio.Double;

/// <param name="Id">Number in Label Studio.</param>
/// <param name="Title">Need not be unique.</param>
/// <param name="LabelConfig">XML of the labelling page.</param>
internal sealed record ProjectState(int Id, string Title, string LabelConfig);

/// <param name="Id">Number in Label Studio; source and target storages count apart.</param>
/// <param name="Project">Its project.</param>
/// <param name="Title">As it was given.</param>
/// <param name="Bucket">Full name of the bucket.</param>
/// <param name="Prefix">Folder in it.</param>
/// <param name="Status">As in the API: <c>initialized</c>, <c>in_progress</c>, <c>failed</c>, <c>completed</c>.</param>
/// <param name="LastSyncCount">Tasks that the last sync made, or annotations that it wrote.</param>
/// <param name="Traceback">Of the last failure, even if the next sync went well.</param>
internal sealed record StorageState(
    int Id,
    int Project,
    string Title,
    string Bucket,
    string Prefix,
    string Status,
    int? LastSyncCount,
    string? Traceback
);

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
        new(
            storage.Id,
            storage.Project,
            storage.Fields.Text("title"),
            storage.Bucket,
            storage.Prefix,
            storage.Status,
            storage.LastSyncCount,
            storage.Traceback
        );

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
