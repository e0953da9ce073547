using System.Collections.Immutable;

namespace GourmetGram.Domain.Retraining;

/// <summary>The part of a photo's row that decides the id of a dataset version. It contains nothing that depends on the database.</summary>
public sealed record DatasetRow
{
    /// <summary>SHA-256 of the stored photo, lower-case hex.</summary>
    public required string StoredSha256 { get; init; }

    /// <summary>SHA-256 of the uploaded photo, lower-case hex.</summary>
    public required string UploadSha256 { get; init; }

    /// <summary>Index of the class.</summary>
    public required int ClassIndex { get; init; }

    /// <summary>Number of people for each class; empty unless people named several classes.</summary>
    public required ImmutableSortedDictionary<int, int> Votes { get; init; }

    /// <summary>The group: the smallest stored hash of its photos.</summary>
    public required string Group { get; init; }

    public required DatasetSplit Split { get; init; }

    /// <summary>Names of the loops that labelled the photo, joined by <c>+</c>, or <see cref="DatasetContent.ModelSource"/>.</summary>
    public required string Source { get; init; }

    /// <summary>Weight in training: 1 for a labelled photo.</summary>
    public required double Weight { get; init; }
}

/// <summary>A photo of a dataset version. After its photo is deleted, only the hash of the row is left.</summary>
public sealed class DatasetItem
{
    private DatasetItem()
    {
        StoredSha256 = UploadSha256 = Group = Source = RowSha256 = null!;
        Votes = null!;
    }

    /// <summary>The build of the version, see <see cref="DatasetVersion.Id"/>.</summary>
    public Guid VersionId { get; private init; }

    /// <summary>Position among the version's photos, which are sorted by <see cref="StoredSha256"/>; from 0.</summary>
    public int Position { get; private init; }

    /// <summary>The photo's prediction; it stays after the photo is deleted. Null for an imported photo.</summary>
    public Guid? PredictionId { get; private set; }

    /// <summary>See <see cref="DatasetRow.StoredSha256"/>; empty after the photo is deleted, like the members below.</summary>
    public string StoredSha256 { get; private set; }

    public string UploadSha256 { get; private set; }

    /// <summary>Index of the class; null after the photo is deleted.</summary>
    public int? ClassIndex { get; private set; }

    public ImmutableSortedDictionary<int, int> Votes { get; private set; }

    /// <summary>The labels that decided the class, sorted.</summary>
    public ImmutableArray<Guid> LabelIds { get; private set; }

    public string Group { get; private set; }

    public DatasetSplit Split { get; private init; }

    public string Source { get; private set; }

    public double Weight { get; private set; }

    /// <summary>The hash of the row, see <see cref="DatasetContent.HashOf"/>.</summary>
    public string RowSha256 { get; private init; }

    /// <summary>When the photo was deleted, UTC; null while it exists.</summary>
    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>Stores a photo in a version that is being built.</summary>
    public static DatasetItem Of(Guid versionId, int position, DatasetRow row, Guid? predictionId, ImmutableArray<Guid> labelIds)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new DatasetItem
        {
            VersionId = versionId,
            Position = position,
            PredictionId = predictionId,
            StoredSha256 = row.StoredSha256,
            UploadSha256 = row.UploadSha256,
            ClassIndex = row.ClassIndex,
            Votes = row.Votes,
            LabelIds = labelIds,
            Group = row.Group,
            Split = row.Split,
            Source = row.Source,
            Weight = row.Weight,
            RowSha256 = DatasetContent.HashOf(row),
        };
    }

    /// <summary>Switches to another prediction with the same stored photo, because the prediction is deleted.</summary>
    public void ShowCopy(Guid predictionId) => PredictionId = predictionId;

    /// <summary>Removes everything about the photo except the hash of the row.</summary>
    public void Delete(DateTimeOffset now)
    {
        (StoredSha256, UploadSha256, Group, Source) = ("", "", "", "");
        (ClassIndex, Votes, LabelIds, Weight) = (null, ImmutableSortedDictionary<int, int>.Empty, [], 0);
        DeletedAt = now;
    }
}
