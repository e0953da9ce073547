using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Finds stored embeddings, and answers of models that did not serve, that nothing needs.</summary>
public interface IOldEmbeddings
{
    /// <summary>Returns old embeddings of photos that are neither selected by a loop nor imported with a label, oldest first.</summary>
    /// <param name="before">Embeddings of photos that were classified before this moment are old.</param>
    /// <param name="measuredBefore">The same for photos in measuring windows.</param>
    /// <param name="most">Largest number of embeddings.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<PhotoEmbedding>> ListAsync(
        DateTimeOffset before,
        DateTimeOffset measuredBefore,
        int most,
        CancellationToken cancellationToken
    );

    /// <summary>Returns old answers of models that did not serve, oldest first.</summary>
    /// <param name="before">Answers on photos that were classified before this moment are old.</param>
    /// <param name="measuredBefore">The same for photos in measuring windows.</param>
    /// <param name="most">Largest number of answers.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<ModelAnswer>> ListAnswersAsync(
        DateTimeOffset before,
        DateTimeOffset measuredBefore,
        int most,
        CancellationToken cancellationToken
    );
}
