using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Finds out whether a model that the pipeline has trained can be compared yet. Right after a training there are no photos that are newer
/// than it.
/// </summary>
internal sealed class PipelinePool(
    ModelComparison comparison,
    RememberedResults results,
    IRepository<RegisteredModel> models,
    ServingHistory history,
    TimeProvider time
)
{
    /// <summary>Returns what the run waits for, as a sentence; null if it does not wait for photos.</summary>
    public async Task<string?> DescribeWaitAsync(PipelineRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run is not { IsOpen: true, Stage: PipelineStage.Gate, ModelId: { } id, TrialId: null })
            return null;
        var challenger = (await models.FirstOrDefaultAsync(new RegisteredModelById(id), cancellationToken))!;
        var champion = (await history.CurrentAsync(cancellationToken)).Model;
        if (challenger.Id == champion.Id || !comparison.CanCompare(challenger, champion))
            return null;
        var pool = await results.GetAsync(
            (challenger.Id, champion.Id),
            async () =>
                (
                    await comparison.CompareAsync(
                        challenger,
                        champion,
                        ModelComparison.NewestPhotoOf(challenger, champion),
                        cancellationToken
                    )
                ).Pool,
            cancellationToken
        );
        return pool.IsEnough(time.GetUtcNow() - challenger.RegisteredAt)
            ? null
            : $"Model {challenger.Version} waits for photos to be compared on. {pool.Photos} photos of measuring windows are newer than "
                + $"its training, and the models disagree on {pool.Disagreements}. The comparison begins with "
                + $"{PromotionGate.LeastPhotos} photos and {TrialPool.WantedDisagreements} disagreements, with {TrialPool.Plenty} photos, "
                + $"or {TrialPool.Patience.TotalDays:0} days after the training with {PromotionGate.LeastPhotos} photos.";
    }
}
