using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Feedback;

/// <summary>Which of a caller's photos.</summary>
/// <param name="Maker">Who sent them; also whose feedback counts.</param>
/// <param name="PredictedIndex">Only those of this predicted class; null for all.</param>
/// <param name="Flagged">Only those that the maker flags now.</param>
/// <param name="Corrected">Only those that the maker gives another class now.</param>
/// <param name="ConfidenceBelow">Only those of less confidence; null for all.</param>
public sealed record PhotoSelection(
    Actor Maker,
    int? PredictedIndex = null,
    bool Flagged = false,
    bool Corrected = false,
    float? ConfidenceBelow = null
);

/// <summary>Reads a caller's photos by what was predicted and said of them, by key, filtered in the database.</summary>
public interface IPhotoList
{
    /// <summary>Newest first, with their models; only those older than <paramref name="before"/> if it is given.</summary>
    /// <exception cref="Common.StoreUnavailableException">The database does not answer now.</exception>
    Task<IReadOnlyList<Prediction>> NewestAsync(PhotoSelection selection, Guid? before, int count, CancellationToken cancellationToken);

    /// <summary>Those newer than <paramref name="after"/>, the oldest of them first, with their models.</summary>
    /// <exception cref="Common.StoreUnavailableException">The database does not answer now.</exception>
    Task<IReadOnlyList<Prediction>> NewerAsync(PhotoSelection selection, Guid after, int count, CancellationToken cancellationToken);
}
