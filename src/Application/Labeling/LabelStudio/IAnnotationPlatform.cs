using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>The planned state of a loop's project.</summary>
public sealed record ProjectPlan
{
    /// <summary>Path of the webhook endpoint, below the address of this server.</summary>
    public const string WebhookPath = "api/v1/label-studio/webhook";

    /// <summary>Name of the header that contains a webhook's secret.</summary>
    public const string WebhookHeader = "X-GourmetGram-Secret";

    /// <summary>Name of the loop.</summary>
    public required string Loop { get; init; }

    /// <summary>The loop's name in words, 3 to 50 characters; an existing project with this title is adopted.</summary>
    public required string Title { get; init; }

    /// <summary>What the loop selects.</summary>
    public required string Description { get; init; }

    /// <summary>The classes to choose from, in model order.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Whether the project must not show the model's answer.</summary>
    public required bool IsBlind { get; init; }

    /// <summary>How many people label each photo.</summary>
    public required int Votes { get; init; }

    /// <summary>Whether tasks name photos by their object store address, so that the platform has to read the photos' bucket.</summary>
    public required bool HasPictures { get; init; }

    /// <summary>Where the platform reports labels; null when it cannot reach this server.</summary>
    public required string? WebhookAddress { get; init; }

    /// <summary>The secret that the platform has to send with each webhook.</summary>
    public required string WebhookSecret { get; init; }
}

/// <summary>
/// The folders in the bucket <see cref="Buckets.Labels"/> through which this server and the annotation platform exchange tasks and labels.
/// </summary>
public static class ExchangePlaces
{
    /// <summary>Prefix of the keys of all tasks.</summary>
    public const string Tasks = "tasks/";

    /// <summary>Prefix of the keys of all labels.</summary>
    public const string Outputs = "output/";

    /// <summary>Regular expression for the keys that the platform imports as tasks. It has to match from the start of the key.</summary>
    public const string TaskPattern = @".*\.json$";

    /// <summary>Returns the folder of a loop's tasks, with a slash at its end.</summary>
    public static string TasksOf(string loop) => $"{Tasks}{loop}/";

    /// <summary>Returns the folder of a loop's labels, with a slash at its end.</summary>
    public static string OutputsOf(string loop) => $"{Outputs}{loop}/";
}

/// <summary>The current state of a loop's project.</summary>
/// <param name="Parts">The platform's ids of the project's parts.</param>
/// <param name="IsAdopted">Whether a person or another program created the project.</param>
/// <param name="ShowsAnswer">Whether the project shows the model's answer.</param>
/// <param name="Repairs">What was created or repaired, one sentence each.</param>
/// <param name="Complaints">What is wrong and could not be repaired, one sentence each.</param>
public sealed record ProjectState(
    ProjectParts Parts,
    bool IsAdopted,
    bool ShowsAnswer,
    IReadOnlyList<string> Repairs,
    IReadOnlyList<string> Complaints
);

/// <summary>How an import of tasks or an export of labels ended.</summary>
public enum TransferEnd
{
    /// <summary>All objects were transferred.</summary>
    Completed = 0,

    /// <summary>The platform stopped at an object that it could not read.</summary>
    Stopped,

    /// <summary>The platform is still transferring, or reports that it is.</summary>
    Busy,
}

/// <summary>The result of an import of tasks or an export of labels.</summary>
/// <param name="End">How the transfer ended.</param>
/// <param name="Count">Number of tasks created, or labels written.</param>
/// <param name="Reason">The platform's explanation; null when all went well.</param>
public sealed record Transfer(TransferEnd End, int Count, string? Reason);

/// <summary>A task as the platform stores it.</summary>
/// <param name="Id">The platform's id of the task.</param>
/// <param name="MadeAt">When the platform created the task, UTC.</param>
/// <param name="ChangedAt">When the task or one of its annotations was last changed, UTC.</param>
/// <param name="ObjectKey">Key of the object that the task was created from; null when it was created otherwise.</param>
/// <param name="IsUntouched">Whether nobody has labelled, skipped or begun to label the task.</param>
/// <param name="IsLabelled">Whether the platform asks no further annotators about the task.</param>
/// <param name="Content">The task as the platform returns it, with <c>data</c> and <c>annotations</c>.</param>
public sealed record PlatformTask(
    long Id,
    DateTimeOffset MadeAt,
    DateTimeOffset ChangedAt,
    string? ObjectKey,
    bool IsUntouched,
    bool IsLabelled,
    JsonElement Content
);

/// <summary>The severity of a finding.</summary>
public enum FindingKind
{
    /// <summary>Everything is as it should be.</summary>
    Good = 0,

    /// <summary>The part works, but not as well as it could.</summary>
    Warning,

    /// <summary>The part does not work.</summary>
    Error,
}

/// <summary>The result of one check.</summary>
/// <param name="Kind">The severity.</param>
/// <param name="Subject">What was checked: a loop's title, or a part of the platform.</param>
/// <param name="What">What was found, in a sentence.</param>
/// <param name="How">How it was found.</param>
/// <param name="Cure">What to do; null when there is nothing to do.</param>
public sealed record Finding(FindingKind Kind, string Subject, string What, string How, string? Cure = null);

/// <summary>
/// The platform where annotators label outside of this server: Label Studio. It reads tasks from <c>labelstudio/tasks/{loop}/</c> in the
/// object store and writes labels to <c>labelstudio/output/{loop}/</c>. Unless documented otherwise, each method throws
/// <see cref="PlatformUnavailableException"/> when the platform does not answer or refuses.
/// </summary>
public interface IAnnotationPlatform
{
    /// <summary>The platform's address for people; null while it is not connected.</summary>
    Uri? Address { get; }

    /// <summary>The platform's own time, UTC, from its last answer; null while unknown.</summary>
    DateTimeOffset? Now { get; }

    /// <returns>Null when the platform can be used; otherwise the reason and what to do, in a sentence. Sends no request.</returns>
    string? FindHindrance();

    /// <summary>Returns the address with which a task names a photo in the object store.</summary>
    string PlaceOf(ObjectAddress photo);

    /// <summary>
    /// Finds or creates a loop's project with its parts, and repairs what differs from the plan. The caller has to prevent concurrent
    /// calls.
    /// </summary>
    /// <param name="plan">The planned state.</param>
    /// <param name="known">The last known state; null when the project was never recorded.</param>
    /// <param name="isAsked">Whether a person asked for it. Only then is a project that cannot be repaired abandoned and replaced.</param>
    /// <param name="cancellationToken">Cancels the work; calling the method again continues it.</param>
    Task<ProjectState> ProvisionAsync(ProjectPlan plan, AnnotationProject? known, bool isAsked, CancellationToken cancellationToken);

    /// <summary>Deletes empty projects without a title that our user created by requests whose body was lost.</summary>
    /// <returns>The number of deleted projects.</returns>
    Task<int> RemoveLeftoversAsync(CancellationToken cancellationToken);

    /// <summary>Tells the platform to ask no further annotators about tasks that are decided.</summary>
    Task SettleAsync(IReadOnlyCollection<long> tasks, CancellationToken cancellationToken);

    /// <summary>
    /// Starts the platform's import of the task objects that it does not have yet, and waits until it ends. The caller has to prevent
    /// concurrent calls.
    /// </summary>
    Task<Transfer> ImportAsync(AnnotationProject project, CancellationToken cancellationToken);

    /// <summary>
    /// Starts the platform's export of all labels of a project to the store, and waits until it ends. The caller has to prevent concurrent
    /// calls.
    /// </summary>
    Task<Transfer> ExportAsync(AnnotationProject project, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the tasks of a project page by page, in the order in which the platform created them. A deleted project has none.
    /// </summary>
    /// <param name="project">The project.</param>
    /// <param name="changedSince">Only tasks changed since this time, UTC by the platform's clock; null for all.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    IAsyncEnumerable<IReadOnlyList<PlatformTask>> TasksAsync(
        AnnotationProject project,
        DateTimeOffset? changedSince,
        CancellationToken cancellationToken
    );

    /// <summary>Deletes tasks with their annotations. Tasks that no longer exist are ignored.</summary>
    Task RemoveAsync(AnnotationProject project, IReadOnlyCollection<long> tasks, CancellationToken cancellationToken);

    /// <summary>Checks the platform and the projects of loops. Faults are returned as findings, never thrown.</summary>
    /// <param name="projects">The planned and the last known state of each project.</param>
    /// <param name="cancellationToken">Cancels the checks.</param>
    Task<IReadOnlyList<Finding>> DiagnoseAsync(
        IReadOnlyList<(ProjectPlan Plan, AnnotationProject? Known)> projects,
        CancellationToken cancellationToken
    );
}
