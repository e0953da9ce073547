using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Handles photos that are not in the object store. A few missing photos were probably deleted by hand and are marked as missing. Many
/// at once mean that the store is the wrong one or has lost its contents: then nothing is marked, and the job fails with a message for the
/// operator.
/// </summary>
internal sealed class MissingPhotos(
    IUnitOfWork work,
    IRepository<Prediction> predictions,
    SpoolMetrics metrics,
    ILogger<MissingPhotos> logger
)
{
    private const int Few = 20;

    /// <summary>Share of all photos checked in a run, 0 to 1.</summary>
    private const double SmallShare = 0.1;

    private const int Batch = 100;

    /// <summary>Throws if too many photos are missing.</summary>
    /// <param name="missing">Photos that are not in the store.</param>
    /// <param name="examined">Photos that were checked, including the missing ones.</param>
    /// <exception cref="StoreUnavailableException">Too many photos are missing.</exception>
    public static void RequireFew(int missing, int examined)
    {
        if (missing > Few && missing > examined * SmallShare)
        {
            throw new StoreUnavailableException(
                $"{missing} of {examined} photos are not in the object store. It is probably the wrong store, or it has lost its contents. "
                    + "Nothing was changed. "
                    + "Check the ObjectStore settings, or restore the store from a backup. If the photos are lost, delete their "
                    + "predictions."
            );
        }
    }

    /// <summary>Marks photos as missing, except those whose predictions have changed since.</summary>
    /// <param name="missing">Predictions whose photos are not in the store.</param>
    /// <param name="examined">Number of photos checked, including the missing ones.</param>
    /// <param name="cancellationToken">Cancels the operation between two steps.</param>
    /// <returns>The number of photos marked.</returns>
    /// <exception cref="StoreUnavailableException">Too many photos are missing; none was marked.</exception>
    public async Task<int> MarkAsync(IReadOnlyList<Sighting> missing, int examined, CancellationToken cancellationToken)
    {
        RequireFew(missing.Count, examined);
        var marked = 0;
        foreach (var batch in missing.Chunk(Batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            marked += await work.RunStepAsync((MissingPhotos step) => step.MarkBatchAsync(batch));
        }

        return marked;
    }

    /// <param name="PredictionId">A prediction whose photo was not found.</param>
    /// <param name="Revision">The prediction's revision at that time.</param>
    public sealed record Sighting(Guid PredictionId, int Revision);

    private async Task<int> MarkBatchAsync(IReadOnlyCollection<Sighting> missing)
    {
        var revisions = missing.ToDictionary(sighting => sighting.PredictionId, sighting => sighting.Revision);
        var marked = 0;
        foreach (var prediction in await predictions.ListAsync(new PredictionsToChange(revisions.Keys), CancellationToken.None))
        {
            if (prediction.Revision != revisions[prediction.Id])
                continue;
            prediction.MarkImageMissing();
            marked++;
            work.AfterCommit(() =>
            {
                metrics.Missing();
                logger.LogError(
                    "The photo of prediction {PredictionId} is missing: {Object} is neither in the spool nor in the object store. Each "
                        + "run of store-images checks again",
                    prediction.Id,
                    PhotoStorage.AddressOf(prediction)
                );
            });
        }

        return marked;
    }
}
