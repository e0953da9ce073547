using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

internal static class PredictionLookup
{
    /// <summary>Returns the prediction if it exists and the caller may use it.</summary>
    /// <exception cref="NotFoundException">
    /// The prediction does not exist, or belongs to another caller. The error does not reveal which.
    /// </exception>
    public static async Task<Prediction> FindUsableAsync(
        this IRepository<Prediction> predictions,
        Guid id,
        Caller caller,
        CancellationToken cancellationToken
    ) =>
        await predictions.FirstOrDefaultAsync(new PredictionById(id), cancellationToken) is { } prediction && caller.MayUse(prediction)
            ? prediction
            : throw new NotFoundException($"Prediction {id}");

    /// <summary>Returns the prediction without checking the caller's rights.</summary>
    /// <exception cref="NotFoundException">The prediction does not exist.</exception>
    public static async Task<Prediction> FindAsync(
        this IRepository<Prediction> predictions,
        Guid id,
        CancellationToken cancellationToken
    ) =>
        await predictions.FirstOrDefaultAsync(new PredictionById(id), cancellationToken) ?? throw new NotFoundException($"Prediction {id}");
}
