using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A dataset version.</summary>
public sealed record DatasetVersionResponse
{
    /// <summary>Id of the build. A build that gave the content of an earlier version has that version's content id.</summary>
    public required Guid BuildId { get; init; }

    /// <summary>Content id: SHA-256 over the photos and labels in lower-case hex; null until the version is ready.</summary>
    public required string? Id { get; init; }

    /// <summary>Number of the version, from 1; null until the version is ready.</summary>
    public required int? Number { get; init; }

    /// <summary>State of the version.</summary>
    public required DatasetState State { get; init; }

    /// <summary>When the version was requested, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the build ended, UTC; null until then.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>The person or program that requested the version.</summary>
    public required string By { get; init; }

    /// <summary>Why the version could not be built; null unless it failed.</summary>
    public required string? Failure { get; init; }

    /// <summary>Whether the build gave the content of an earlier version.</summary>
    public required bool Repeated { get; init; }

    /// <summary>Number of photos when the version was built; 0 until then.</summary>
    public required int Photos { get; init; }

    /// <summary>Number of photos for training.</summary>
    public required int Train { get; init; }

    /// <summary>Number of photos for choosing settings.</summary>
    public required int Tune { get; init; }

    /// <summary>Number of photos for testing.</summary>
    public required int Test { get; init; }

    /// <summary>Number of groups of related photos. A group is never in two splits.</summary>
    public required int Groups { get; init; }

    /// <summary>Number of photos without a stored embedding.</summary>
    public required int WithoutEmbedding { get; init; }

    /// <summary>Number of photos of each class, in model order.</summary>
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <summary>Number of photos of each source. A photo that two loops labelled counts for both.</summary>
    public required IReadOnlyDictionary<string, int> Sources { get; init; }

    /// <summary>Number of photos that were left out, by reason.</summary>
    public required IReadOnlyDictionary<DatasetExclusion, int> LeftOut { get; init; }

    /// <summary>The recipe.</summary>
    public required DatasetOptions Recipe { get; init; }

    /// <param name="Class">Name of the class.</param>
    /// <param name="Photos">Number of photos.</param>
    public sealed record ClassCount(string Class, int Photos);

    internal static DatasetVersionResponse From(DatasetVersion version)
    {
        var counts = version.Counts;
        int OfSplit(DatasetSplit split) => counts?.Splits[(int)split] ?? 0;
        return new DatasetVersionResponse
        {
            BuildId = version.Id,
            Id = version.ContentId,
            Number = version.Number,
            State = version.State,
            CreatedAt = version.CreatedAt,
            EndedAt = version.EndedAt,
            By = version.By,
            Failure = version.Failure,
            Repeated = version.RepeatOf is not null,
            Photos = counts?.Photos ?? 0,
            Train = OfSplit(DatasetSplit.Train),
            Tune = OfSplit(DatasetSplit.Tune),
            Test = OfSplit(DatasetSplit.Test),
            Groups = counts?.Groups ?? 0,
            WithoutEmbedding = counts?.WithoutEmbedding ?? 0,
            Classes = [.. version.Classes.Select((name, index) => new ClassCount(name, counts?.Classes[index] ?? 0))],
            Sources = counts is null ? new Dictionary<string, int>(StringComparer.Ordinal) : counts.Sources,
            LeftOut = counts is null ? new Dictionary<DatasetExclusion, int>() : counts.LeftOut,
            Recipe = version.Options,
        };
    }
}
