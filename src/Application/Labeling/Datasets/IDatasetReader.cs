using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>A photo in a dataset.</summary>
public sealed record DatasetPhoto
{
    /// <summary>Id of the photo's row in the dataset; the key for paging.</summary>
    public required Guid Id { get; init; }

    /// <summary>Id of the photo's prediction.</summary>
    public required Guid PredictionId { get; init; }

    /// <summary>The class that people gave it.</summary>
    public required int ClassIndex { get; init; }

    /// <summary>The class that the model predicted.</summary>
    public required int PredictedIndex { get; init; }

    /// <summary>The model's confidence, 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Its path in the bucket.</summary>
    public required string Key { get; init; }

    /// <summary>SHA-256 of the photo as it was uploaded.</summary>
    public required string UploadSha256 { get; init; }

    /// <summary>SHA-256 of the photo as it is stored.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Size of the photo in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>When it was collected, UTC.</summary>
    public required DateTimeOffset CollectedAt { get; init; }
}

/// <summary>A photo that a dataset lists without containing it, because people gave it no class.</summary>
public sealed record PhotoWithoutClass
{
    /// <summary>Id of the photo's task; the key for paging.</summary>
    public required Guid Id { get; init; }

    /// <summary>Id of the photo's prediction.</summary>
    public required Guid PredictionId { get; init; }

    /// <summary>The answer that people gave.</summary>
    public required AnswerKind Answer { get; init; }

    /// <summary>The class that the model predicted.</summary>
    public required int PredictedIndex { get; init; }

    /// <summary>The model's confidence, 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>SHA-256 of the photo as it was uploaded.</summary>
    public required string UploadSha256 { get; init; }

    /// <summary>SHA-256 of the photo as it is stored.</summary>
    public required string Sha256 { get; init; }

    /// <summary>When the task was decided, UTC.</summary>
    public required DateTimeOffset DecidedAt { get; init; }
}

/// <summary>Size of a bucket.</summary>
/// <param name="Photos">Number of photos.</param>
/// <param name="Bytes">Total size of the photos in bytes.</param>
/// <param name="LatestAt">When the last photo was collected, UTC; null when there is none.</param>
/// <param name="Cells">Number of photos by the class that people gave and the class that the model predicted.</param>
public sealed record DatasetSize(
    int Photos,
    long Bytes,
    DateTimeOffset? LatestAt,
    IReadOnlyDictionary<(int Said, int Predicted), int> Cells
);

/// <summary>Reads the photos of datasets. Counts are calculated in the database.</summary>
public interface IDatasetReader
{
    /// <summary>Returns the number of photos in each bucket that is not empty, by bucket name.</summary>
    Task<IReadOnlyDictionary<string, int>> CountAsync(CancellationToken cancellationToken);

    /// <summary>Returns the size of a bucket.</summary>
    Task<DatasetSize> MeasureAsync(string bucket, CancellationToken cancellationToken);

    /// <summary>Returns photos of a bucket, newest first.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="classIndex">Only this class; null for all.</param>
    /// <param name="wrong">Whether to return only photos for which the model predicted another class.</param>
    /// <param name="before">Cursor: only older photos; null for the newest.</param>
    /// <param name="limit">Maximum number of rows.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    Task<IReadOnlyList<DatasetPhoto>> ReadAsync(
        string bucket,
        int? classIndex,
        bool wrong,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Counts the photos of a loop whose answer is not a class, by answer.</summary>
    /// <param name="name">Name of the loop.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    Task<IReadOnlyDictionary<AnswerKind, int>> CountWithoutClassAsync(string name, CancellationToken cancellationToken);

    /// <summary>Returns photos of a loop whose answer is not a class, most recently selected first.</summary>
    /// <param name="name">Name of the loop.</param>
    /// <param name="answer">Which answer.</param>
    /// <param name="before">Cursor: only older photos; null for the newest.</param>
    /// <param name="limit">Maximum number of rows.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    Task<IReadOnlyList<PhotoWithoutClass>> ReadWithoutClassAsync(
        string name,
        AnswerKind answer,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    );
}
