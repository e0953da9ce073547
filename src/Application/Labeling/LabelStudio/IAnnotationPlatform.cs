using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>What the project of a loop should be.</summary>
/// <param name="Loop">Name of the loop.</param>
/// <param name="Title">The loop's name in words, 3 to 50 characters; a project of this title is taken over.</param>
/// <param name="Description">What the loop selects.</param>
/// <param name="Classes">The classes to choose from, in model order.</param>
/// <param name="IsBlind">Whether the screen must not show what the model had said.</param>
/// <param name="Votes">How many people label each photo.</param>
/// <param name="HasPictures">Whether tasks name photos by their place in the store, so that the platform has to read the bucket of photos.</param>
/// <param name="WebhookAddress">Where the platform may tell of labels; null where it cannot reach us.</param>
/// <param name="WebhookSecret">What it has to send with it.</param>
public sealed record ProjectPlan(
    string Loop,
    string Title,
    string Description,
    IReadOnlyList<string> Classes,
    bool IsBlind,
    int Votes,
    bool HasPictures,
    string? WebhookAddress,
    string WebhookSecret
)
{
    /// <summary>Where webhooks are taken, below the address of this server.</summary>
    public const string WebhookPath = "api/v1/label-studio/webhook";

    /// <summary>The header in which a webhook's secret comes.</summary>
    public const string WebhookHeader = "X-GourmetGram-Secret";
}

/// <summary>The places in the bucket <see cref="Buckets.Labels"/> through which this server and the annotation platform hand each other tasks and labels.</summary>
public static class ExchangePlaces
{
    /// <summary>Begins the keys of all tasks.</summary>
    public const string Tasks = "tasks/";

    /// <summary>Begins the keys of all labels.</summary>
    public const string Outputs = "output/";

    /// <summary>Which keys are taken for tasks, a regular expression that has to match from the start of the key on.</summary>
    public const string TaskPattern = @".*\.json$";

    /// <summary>Where the tasks of a loop stand, with a slash at its end.</summary>
    public static string TasksOf(string loop) => $"{Tasks}{loop}/";

    /// <summary>Where the labels of a loop stand, with a slash at its end.</summary>
    public static string OutputsOf(string loop) => $"{Outputs}{loop}/";
}

/// <summary>What the project of a loop is now.</summary>
/// <param name="Parts">What the platform calls its parts.</param>
/// <param name="IsAdopted">Whether somebody else had made it.</param>
/// <param name="ShowsAnswer">Whether its screen shows what the model had said.</param>
/// <param name="Repairs">What was made or put right, a sentence each.</param>
/// <param name="Complaints">What is wrong and could not be put right, a sentence each.</param>
public sealed record ProjectState(
    ProjectParts Parts,
    bool IsAdopted,
    bool ShowsAnswer,
    IReadOnlyList<string> Repairs,
    IReadOnlyList<string> Complaints
);

/// <summary>How bringing in tasks or writing out labels ended.</summary>
public enum TransferEnd
{
    /// <summary>All of it was done.</summary>
    Completed = 0,

    /// <summary>An object could not be read; the platform did not go beyond it.</summary>
    Stopped,

    /// <summary>The platform is still at it, or takes itself to be.</summary>
    Busy,
}

/// <summary>What came of bringing in tasks or writing out labels.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Count">Tasks made, or labels written.</param>
/// <param name="Reason">What the platform says of it; null when all went well.</param>
public sealed record Transfer(TransferEnd End, int Count, string? Reason);

/// <summary>A task as the platform holds it.</summary>
/// <param name="Id">The platform's number.</param>
/// <param name="MadeAt">When the platform made it, UTC.</param>
/// <param name="ChangedAt">When it or one of its annotations was last changed, UTC.</param>
/// <param name="ObjectKey">Key of the object that it was made of; null where it was made otherwise.</param>
/// <param name="Content">The task with its <c>data</c> and <c>annotations</c>, as the platform answers.</param>
public sealed record PlatformTask(long Id, DateTimeOffset MadeAt, DateTimeOffset ChangedAt, string? ObjectKey, JsonElement Content);

/// <summary>How grave a finding is.</summary>
public enum FindingKind
{
    /// <summary>It is as it should be.</summary>
    Good = 0,

    /// <summary>It works, but not as it could.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Error,
}

/// <summary>Something that was looked at.</summary>
/// <param name="Kind">How grave it is.</param>
/// <param name="Subject">What was looked at: a loop's title, or a part of the platform.</param>
/// <param name="What">What is so, in a sentence.</param>
/// <param name="How">How we know.</param>
/// <param name="Cure">What to do; null when there is nothing to do.</param>
public sealed record Finding(FindingKind Kind, string Subject, string What, string How, string? Cure = null);

/// <summary>
/// Where annotators label outside of this server: Label Studio. It reads tasks from <c>labelstudio/tasks/{loop}/</c> in the object store and writes labels to <c>labelstudio/output/{loop}/</c>.
/// Unless it says otherwise, each method throws <see cref="PlatformUnavailableException"/> when the platform does not answer or refuses.
/// </summary>
public interface IAnnotationPlatform
{
    /// <summary>Where people open it; null while it is not connected.</summary>
    Uri? Address { get; }

    /// <returns>Null when it can be used; else why not and what to do, in a sentence. Asks nobody.</returns>
    string? FindHindrance();

    /// <summary>How a task names a photo by its place in the store.</summary>
    string PlaceOf(ObjectAddress photo);

    /// <summary>Finds or makes the project of a loop with its parts, and puts right what is not as planned. Nobody else may do so at the same time.</summary>
    /// <param name="plan">What it should be.</param>
    /// <param name="known">As it was last; null when it never was.</param>
    /// <param name="cancellationToken">Ends it; doing it again goes on.</param>
    Task<ProjectState> ProvisionAsync(ProjectPlan plan, AnnotationProject? known, CancellationToken cancellationToken);

    /// <summary>Lets the platform bring in the task objects that it does not have yet, and waits until it has. Nobody else may do so at the same time.</summary>
    Task<Transfer> ImportAsync(AnnotationProject project, CancellationToken cancellationToken);

    /// <summary>Lets the platform write all labels of a project to the store again, and waits until it has. Nobody else may do so at the same time.</summary>
    Task<Transfer> ExportAsync(AnnotationProject project, CancellationToken cancellationToken);

    /// <summary>Tasks of a project, in the order in which the platform made them, a page at a time. A project that is gone has none.</summary>
    /// <param name="project">The project.</param>
    /// <param name="changedSince">Only those that were changed since, UTC by the platform's clock; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<IReadOnlyList<PlatformTask>> TasksAsync(
        AnnotationProject project,
        DateTimeOffset? changedSince,
        CancellationToken cancellationToken
    );

    /// <summary>Removes tasks with their annotations; those that are gone are no error.</summary>
    Task RemoveAsync(AnnotationProject project, IReadOnlyCollection<long> tasks, CancellationToken cancellationToken);

    /// <summary>Looks at the platform and at the projects of loops. What is wrong is in the findings: this throws nothing of its own.</summary>
    /// <param name="projects">What each should be, and as it was last.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<IReadOnlyList<Finding>> DiagnoseAsync(
        IReadOnlyList<(ProjectPlan Plan, AnnotationProject? Known)> projects,
        CancellationToken cancellationToken
    );
}
