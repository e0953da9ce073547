using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A photo of a measuring window with its embedding.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Embedding">Its embedding, in single precision.</param>
public sealed record PoolPhoto(WindowPhoto Photo, float[] Embedding);

/// <summary>A photo of a measuring window with all answers that are stored.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Given">The answer of the model that served.</param>
/// <param name="Embedding">Its embedding; null if none is stored.</param>
/// <param name="Answers">Answers of other models, of those that were asked for.</param>
public sealed record AnsweredPhoto(
    WindowPhoto Photo,
    ClassProbabilities Given,
    PhotoEmbedding? Embedding,
    IReadOnlyList<ModelAnswer> Answers
);

/// <summary>Reads the photos on which two models can be compared: those of closed measuring windows, which never train.</summary>
public interface IPoolReader
{
    /// <summary>Reads the photos of the pool, by id.</summary>
    /// <param name="backbone">The network whose embeddings are read; photos without one are left out.</param>
    /// <param name="newerThan">Photos that were classified up to this moment are left out; null for none.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    IAsyncEnumerable<IReadOnlyList<PoolPhoto>> ReadAsync(string backbone, DateTimeOffset? newerThan, CancellationToken cancellationToken);

    /// <summary>Reads the embeddings of some photos, as far as they are in the pool.</summary>
    /// <param name="backbone">The network whose embeddings are read.</param>
    /// <param name="newerThan">Photos that were classified up to this moment are left out; null for none.</param>
    /// <param name="predictionIds">The photos.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyDictionary<Guid, float[]>> ReadEmbeddingsAsync(
        string backbone,
        DateTimeOffset? newerThan,
        IReadOnlyCollection<Guid> predictionIds,
        CancellationToken cancellationToken
    );

    /// <summary>Reads the photos of the pool with their stored answers, by id.</summary>
    /// <param name="modelIds">Registered models whose answers are read.</param>
    /// <param name="newerThan">Photos that were classified up to this moment are left out; null for none.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    IAsyncEnumerable<IReadOnlyList<AnsweredPhoto>> ReadAnswersAsync(
        IReadOnlyCollection<Guid> modelIds,
        DateTimeOffset? newerThan,
        CancellationToken cancellationToken
    );

    /// <summary>Reads some photos with their stored answers, as far as they are in the pool.</summary>
    /// <param name="modelIds">Registered models whose answers are read.</param>
    /// <param name="newerThan">Photos that were classified up to this moment are left out; null for none.</param>
    /// <param name="predictionIds">The photos.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<AnsweredPhoto>> ReadAnswersAsync(
        IReadOnlyCollection<Guid> modelIds,
        DateTimeOffset? newerThan,
        IReadOnlyCollection<Guid> predictionIds,
        CancellationToken cancellationToken
    );

    /// <summary>Returns the moment after which the pool has at most so many photos; null if it has no more anyway.</summary>
    /// <param name="newerThan">Photos that were classified up to this moment are left out; null for none.</param>
    /// <param name="most">Number of photos.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<DateTimeOffset?> FindStartAsync(DateTimeOffset? newerThan, int most, CancellationToken cancellationToken);
}
