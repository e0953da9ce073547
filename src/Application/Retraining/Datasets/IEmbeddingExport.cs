using GourmetGram.Application.Common;

namespace GourmetGram.Application.Retraining;

/// <summary>Writes the embeddings and labels of a dataset version as one file, so that anybody can train a head of their own.</summary>
public interface IEmbeddingExport
{
    /// <summary>Prepares the file.</summary>
    /// <param name="dataset">The version: content id or a prefix of it, number, id of the build, or <c>latest</c>.</param>
    /// <param name="backbone">SHA-256 of the model file that computed the embeddings; null for the one that most photos have.</param>
    /// <param name="cancellationToken">Cancels the reading and the writing.</param>
    /// <returns>A function that writes the file to a stream, piece by piece.</returns>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="ConflictException">The version is not ready, or no photo has an embedding.</exception>
    Task<Func<Stream, Task>> PrepareAsync(string dataset, string? backbone, CancellationToken cancellationToken);
}
