using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

internal static class PredictionLookup
{
    /// <summary>The prediction, if it exists and the caller may use it.</summary>
    /// <exception cref="NotFoundException">There is none, or it is somebody else's: a caller is not told which.</exception>
    public static async Task<Prediction> FindUsableAsync(
        this IRepository<Prediction> predictions,
        Guid id,
        Caller caller,
        CancellationToken cancellationToken
    ) =>
        await predictions.FirstOrDefaultAsync(new PredictionById(id), cancellationToken) is { } prediction && caller.MayUse(prediction)
            ? prediction
            : throw new NotFoundException($"Prediction {id}");

    /// <summary>The prediction, for callers to whom knowing the id is the permission (the lab's routes).</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public static async Task<Prediction> FindAsync(
        this IRepository<Prediction> predictions,
        Guid id,
        CancellationToken cancellationToken
    ) =>
        await predictions.FirstOrDefaultAsync(new PredictionById(id), cancellationToken) ?? throw new NotFoundException($"Prediction {id}");
}
