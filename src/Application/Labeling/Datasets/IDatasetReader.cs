namespace GourmetGram.Application.Labeling;

/// <summary>A photo in a dataset.</summary>
/// <param name="Id">Of its place in the dataset: the key to page by.</param>
/// <param name="PredictionId">Which photo.</param>
/// <param name="ClassIndex">The class that people gave it.</param>
/// <param name="PredictedIndex">The class that the model had given it.</param>
/// <param name="Confidence">How sure the model was, 0 to 1.</param>
/// <param name="Key">Its path in the bucket.</param>
/// <param name="Sha256">Of the photo as it is kept.</param>
/// <param name="Bytes">Size of the photo.</param>
/// <param name="CollectedAt">When it was collected, UTC.</param>
public sealed record DatasetPhoto(
    Guid Id,
    Guid PredictionId,
    int ClassIndex,
    int PredictedIndex,
    double Confidence,
    string Key,
    string Sha256,
    long Bytes,
    DateTimeOffset CollectedAt
);

/// <summary>How much a bucket holds.</summary>
/// <param name="Photos">How many photos.</param>
/// <param name="Bytes">How many bytes they have together.</param>
/// <param name="LatestAt">When the last one was collected, UTC; null when there is none.</param>
/// <param name="Cells">How many photos people gave the first class and the model the second.</param>
public sealed record DatasetSize(
    int Photos,
    long Bytes,
    DateTimeOffset? LatestAt,
    IReadOnlyDictionary<(int Said, int Predicted), int> Cells
);

/// <summary>Reads what datasets hold; counts are made in the database.</summary>
public interface IDatasetReader
{
    /// <summary>Each bucket that holds photos.</summary>
    Task<IReadOnlyDictionary<string, int>> CountAsync(CancellationToken cancellationToken);

    /// <summary>How much a bucket holds.</summary>
    Task<DatasetSize> MeasureAsync(string bucket, CancellationToken cancellationToken);

    /// <summary>Photos of a bucket, newest first.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="classIndex">Only this class; null for all.</param>
    /// <param name="wrong">Only those where the model had said something else.</param>
    /// <param name="before">Cursor: only older ones; null for the newest.</param>
    /// <param name="limit">Most rows.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<IReadOnlyList<DatasetPhoto>> ReadAsync(
        string bucket,
        int? classIndex,
        bool wrong,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    );
}
