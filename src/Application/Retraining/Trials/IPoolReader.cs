using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Retraining;

/// <summary>A photo of a measuring window with its embedding.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Embedding">Its embedding, in single precision.</param>
public sealed record PoolPhoto(WindowPhoto Photo, float[] Embedding);

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
}
