using System.Collections.Immutable;

namespace GourmetGram.Domain.Retraining;

/// <summary>The state of a dataset version.</summary>
public enum DatasetState
{
    /// <summary>The job is still to build the version, or builds it now.</summary>
    Building = 0,

    /// <summary>The version is complete and never changes, apart from photos that are deleted.</summary>
    Ready,

    /// <summary>The version could not be built, see <see cref="DatasetVersion.Failure"/>.</summary>
    Failed,
}

/// <summary>What a dataset version contained when it was built.</summary>
public sealed record DatasetCounts
{
    /// <summary>Number of photos of each class, in the order of the classes.</summary>
    public required ImmutableArray<int> Classes { get; init; }

    /// <summary>Number of photos of each split, by <see cref="DatasetSplit"/>.</summary>
    public required ImmutableArray<int> Splits { get; init; }

    /// <summary>Number of photos of each source. A photo that two loops labelled counts for both.</summary>
    public required ImmutableSortedDictionary<string, int> Sources { get; init; }

    /// <summary>Number of photos that were left out, by reason.</summary>
    public required ImmutableSortedDictionary<DatasetExclusion, int> LeftOut { get; init; }

    /// <summary>Number of groups of related photos.</summary>
    public required int Groups { get; init; }

    /// <summary>Number of photos without a stored embedding, which were not compared with others.</summary>
    public required int WithoutEmbedding { get; init; }

    /// <summary>Number of photos.</summary>
    public int Photos => Classes.IsDefault ? 0 : Classes.Sum();
}

/// <summary>
/// An immutable set of labelled photos for training. Its content id is computed from its photos and labels only, so the same recipe on the
/// same labels gives the same id.
/// </summary>
public sealed class DatasetVersion
{
    private DatasetVersion()
    {
        By = null!;
        Options = null!;
    }

    /// <summary>Id of the build.</summary>
    public Guid Id { get; private init; }

    /// <summary>The content id: SHA-256 in lower-case hex, see <see cref="DatasetContent"/>; null until the version is ready.</summary>
    public string? ContentId { get; private set; }

    /// <summary>1 for the first version, and so on; null until the version is ready, and for a build that repeated a version.</summary>
    public int? Number { get; private set; }

    public DatasetState State { get; private set; }

    /// <summary>When the build was requested, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When the build ended, UTC; null until then.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>The person or program that requested the build.</summary>
    public string By { get; private init; }

    /// <summary>The recipe.</summary>
    public DatasetOptions Options { get; private init; }

    /// <summary>The classes, in model order.</summary>
    public ImmutableArray<string> Classes { get; private init; }

    /// <summary>What the version contained when it was built; null until it is ready.</summary>
    public DatasetCounts? Counts { get; private set; }

    /// <summary>Why the version could not be built, as a sentence; null unless it failed.</summary>
    public string? Failure { get; private set; }

    /// <summary>The version with the same content that existed before; null for a version of its own.</summary>
    public Guid? RepeatOf { get; private set; }

    /// <summary>Whether the manifest in the object store is still to be written, or to be written again because a photo was
    /// deleted.</summary>
    public bool IsManifestDue { get; private set; }

    /// <summary>Concurrency token. If two requests change a version at the same time, the second one has to retry.</summary>
    public int Revision { get; private set; }

    /// <summary>Requests a version.</summary>
    /// <param name="options">The recipe.</param>
    /// <param name="classes">The classes, in model order.</param>
    /// <param name="by">The person or program that requests it.</param>
    /// <param name="now">The time, UTC.</param>
    public static DatasetVersion Request(DatasetOptions options, ImmutableArray<string> classes, string by, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            CreatedAt = now,
            By = by,
            Options = options,
            Classes = classes,
        };

    /// <summary>Records that all photos of the version are stored.</summary>
    /// <exception cref="InvalidOperationException">The version is not being built.</exception>
    public void Complete(string contentId, int number, DatasetCounts counts, DateTimeOffset now)
    {
        End(DatasetState.Ready, now);
        (ContentId, Number, Counts, IsManifestDue) = (contentId, number, counts, true);
    }

    /// <summary>Records that the build gave a version that exists already.</summary>
    /// <exception cref="InvalidOperationException">The version is not being built.</exception>
    public void CompleteAs(DatasetVersion existing, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(existing);
        End(DatasetState.Ready, now);
        (ContentId, Counts, RepeatOf) = (existing.ContentId, existing.Counts, existing.Id);
    }

    /// <summary>Records that the version cannot be built.</summary>
    /// <param name="reason">The reason, as a sentence.</param>
    /// <param name="now">The time, UTC.</param>
    /// <exception cref="InvalidOperationException">The version is not being built.</exception>
    public void Fail(string reason, DateTimeOffset now)
    {
        End(DatasetState.Failed, now);
        Failure = reason;
    }

    /// <summary>Records that a photo of the version was deleted, so that its manifest must be written again.</summary>
    public void MarkManifestDue()
    {
        IsManifestDue = true;
        Revision++;
    }

    /// <summary>Records that the manifest in the object store describes the version as it was when it was read.</summary>
    /// <exception cref="InvalidOperationException">The manifest was not due.</exception>
    public void MarkManifestWritten()
    {
        if (!IsManifestDue)
            throw new InvalidOperationException($"The manifest of dataset version {Id} was already written.");
        IsManifestDue = false;
        Revision++;
    }

    private void End(DatasetState state, DateTimeOffset now)
    {
        if (State != DatasetState.Building)
            throw new InvalidOperationException($"Dataset version {Id} is {State} and is not being built.");
        (State, EndedAt) = (state, now);
        Revision++;
    }
}
