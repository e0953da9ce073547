using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Retraining;

/// <summary>A photo that a dataset version may take.</summary>
public record CandidatePhoto
{
    /// <summary>The prediction of the photo.</summary>
    public required Guid PredictionId { get; init; }

    /// <summary>SHA-256 of the uploaded photo.</summary>
    public required string UploadSha256 { get; init; }

    /// <summary>SHA-256 of the stored photo.</summary>
    public required string StoredSha256 { get; init; }

    /// <summary>The sender of the photo.</summary>
    public required Actor Maker { get; init; }

    /// <summary>When the photo was classified, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The model version that answered.</summary>
    public required Guid ModelVersionId { get; init; }
}

/// <summary>A task that people decided or disagree about, with its photo.</summary>
public sealed record DecidedTask : CandidatePhoto
{
    /// <summary>The task.</summary>
    public required Guid TaskId { get; init; }

    /// <summary>Name of the task's loop.</summary>
    public required string Loop { get; init; }

    /// <summary>The answer; null if people disagree.</summary>
    public required AnswerKind? Answer { get; init; }

    /// <summary>Index of the class; null unless the answer is a class.</summary>
    public required int? ClassIndex { get; init; }

    /// <summary>Number of people who should label the photo.</summary>
    public required int Votes { get; init; }

    /// <summary>Whether the task is blind.</summary>
    public required bool IsBlind { get; init; }
}

/// <summary>An unlabelled photo with the model's answer.</summary>
public sealed record ConfidentPhoto : CandidatePhoto
{
    /// <summary>Index of the predicted class.</summary>
    public required int ClassIndex { get; init; }
}

/// <summary>Whether the copies of a photo are needed for measuring.</summary>
/// <param name="IsMeasuring">Whether a copy is in a window that is reserved for measuring.</param>
/// <param name="IsOpen">Whether a copy belongs to no window yet.</param>
public sealed record CopiesInWindows(bool IsMeasuring, bool IsOpen);

/// <summary>
/// Reads what dataset versions are built from, in batches. Only the search for confident photos walks back through the predictions.
/// </summary>
public interface IDatasetSource
{
    /// <summary>Reads decided and disputed tasks of some loops, in the order of their ids.</summary>
    /// <param name="loopNames">Names of the loops.</param>
    /// <param name="after">Cursor: only later tasks; null for the first.</param>
    /// <param name="limit">Maximum number of tasks.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    Task<IReadOnlyList<DecidedTask>> ReadTasksAsync(
        IReadOnlyCollection<string> loopNames,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Counts the tasks in which people named a class, without photos of measuring windows.</summary>
    /// <param name="after">Only tasks that were decided after this moment; null for all.</param>
    /// <param name="most">Largest number that is counted.</param>
    /// <param name="cancellationToken">Cancels the counting.</param>
    Task<int> CountNewLabelsAsync(DateTimeOffset? after, int most, CancellationToken cancellationToken);

    /// <summary>Reads imported labels of some sources in the order of their ids, as if each were a task.</summary>
    /// <param name="sources">The sources, see <see cref="Domain.Retraining.ImportedLabel.Source"/>.</param>
    /// <param name="after">Cursor: only later labels; null for the first.</param>
    /// <param name="limit">Maximum number of labels.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    Task<IReadOnlyList<DecidedTask>> ReadImportedAsync(
        IReadOnlyCollection<string> sources,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Returns the number of imported labels by source.</summary>
    Task<IReadOnlyDictionary<string, int>> CountImportedAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Reads photos of which the model was sure, newest first. Leaves out photos with a decided task, and photos that a user flagged or
    /// corrected.
    /// </summary>
    /// <param name="confidence">Lowest confidence.</param>
    /// <param name="modelVersionIds">The model versions that answered.</param>
    /// <param name="before">Cursor: only older photos; null for the newest.</param>
    /// <param name="limit">Maximum number of photos.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    Task<IReadOnlyList<ConfidentPhoto>> ReadConfidentAsync(
        double confidence,
        IReadOnlyCollection<Guid> modelVersionIds,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Returns for each photo whether its copies are needed for measuring.</summary>
    /// <param name="uploadSha256">Upload hashes of the photos.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>By upload hash; a photo that was deleted meanwhile is missing.</returns>
    Task<IReadOnlyDictionary<string, CopiesInWindows>> FindWindowsAsync(
        IReadOnlyCollection<string> uploadSha256,
        CancellationToken cancellationToken
    );

    /// <summary>Returns the stored embeddings of some predictions; those without one are missing.</summary>
    Task<IReadOnlyList<PhotoEmbedding>> ReadEmbeddingsAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken);

    /// <summary>Counts the photos of all versions that were deleted, each once.</summary>
    Task<int> CountDeletedAsync(CancellationToken cancellationToken);

    /// <summary>Returns whether a photo of a version that is being built was deleted meanwhile.</summary>
    /// <param name="versionId">Id of the build.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    Task<bool> HasDeletedAsync(Guid versionId, CancellationToken cancellationToken);
}
