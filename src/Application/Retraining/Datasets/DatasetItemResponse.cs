using System.Collections.Immutable;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A photo of a dataset version.</summary>
public sealed record DatasetItemResponse
{
    /// <summary>The photo's prediction; null for an imported photo.</summary>
    public required Guid? PredictionId { get; init; }

    /// <summary>SHA-256 of the stored photo, lower-case hex.</summary>
    public required string StoredSha256 { get; init; }

    /// <summary>SHA-256 of the uploaded photo, lower-case hex.</summary>
    public required string UploadSha256 { get; init; }

    /// <summary>Name of the class.</summary>
    public required string Class { get; init; }

    /// <summary>Number of people for each class; empty unless people named several classes.</summary>
    public required IReadOnlyDictionary<string, int> Votes { get; init; }

    /// <summary>The labels that decided the class.</summary>
    public required IReadOnlyList<Guid> LabelIds { get; init; }

    /// <summary>The group of related photos: the smallest hash of its stored photos.</summary>
    public required string Group { get; init; }

    /// <summary>The split of the group.</summary>
    public required DatasetSplit Split { get; init; }

    /// <summary>Names of the loops that labelled the photo, joined by `+`; `production-noisy` for the model's own answer.</summary>
    public required string Source { get; init; }

    /// <summary>Weight in training.</summary>
    public required double Weight { get; init; }

    internal static DatasetItemResponse From(DatasetItem item, ImmutableArray<string> classes) =>
        new()
        {
            PredictionId = item.PredictionId,
            StoredSha256 = item.StoredSha256,
            UploadSha256 = item.UploadSha256,
            Class = classes[item.ClassIndex!.Value],
            Votes = item.Votes.ToDictionary(vote => classes[vote.Key], vote => vote.Value, StringComparer.Ordinal),
            LabelIds = item.LabelIds,
            Group = item.Group,
            Split = item.Split,
            Source = item.Source,
            Weight = item.Weight,
        };
}
