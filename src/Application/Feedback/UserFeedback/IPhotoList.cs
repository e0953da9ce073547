using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Feedback;

/// <summary>Filter for a caller's photos.</summary>
/// <param name="Maker">The uploader, who is also the rater whose feedback counts.</param>
/// <param name="PredictedIndex">Only photos with this predicted class; null for all.</param>
/// <param name="Flagged">Only photos that the uploader currently flags.</param>
/// <param name="Corrected">Only photos with a current correction by the uploader.</param>
/// <param name="ConfidenceBelow">Only photos with a lower confidence; null for all.</param>
public sealed record PhotoSelection(
    Actor Maker,
    int? PredictedIndex = null,
    bool Flagged = false,
    bool Corrected = false,
    float? ConfidenceBelow = null
);

/// <summary>Reads a caller's photos, filtered by prediction and feedback in the database and paged by key.</summary>
public interface IPhotoList
{
    /// <summary>Returns photos with their models, newest first; only photos older than <paramref name="before"/> if it is given.</summary>
    /// <exception cref="Common.StoreUnavailableException">The database does not respond.</exception>
    Task<IReadOnlyList<Prediction>> NewestAsync(PhotoSelection selection, Guid? before, int count, CancellationToken cancellationToken);

    /// <summary>Returns photos newer than <paramref name="after"/> with their models, oldest first.</summary>
    /// <exception cref="Common.StoreUnavailableException">The database does not respond.</exception>
    Task<IReadOnlyList<Prediction>> NewerAsync(PhotoSelection selection, Guid after, int count, CancellationToken cancellationToken);
}
