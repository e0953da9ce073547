using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Draws photos by chance among those on which two models disagree, with known probabilities: one draw for each model version that answered
/// them. The photos become tasks of the loop, and their labels count for the accuracy too.
/// </summary>
internal sealed class DisagreementSampler(
    IRepository<ExtraDraw> draws,
    IRepository<ErasedDraw> erased,
    IRepository<Disagreement> disagreements,
    IRepository<Selection> selections,
    IRepository<Prediction> predictions,
    LoopCatalogue loops,
    SamplingKeys keys,
    TimeProvider time
)
{
    private const int Batch = 500;

    /// <summary>Draws within a step.</summary>
    /// <param name="loopName">Name of the loop, which draws by chance.</param>
    /// <param name="photos">All photos on which the models disagree, in any order.</param>
    /// <param name="most">Number of these photos that are to be drawn in all; those that an earlier draw took count.</param>
    /// <param name="by">The person who asked for it.</param>
    /// <param name="cancellationToken">Cancels the draw.</param>
    /// <returns>Number of photos drawn now.</returns>
    /// <exception cref="NotFoundException">There is no such loop.</exception>
    public async Task<int> DrawAsync(
        string loopName,
        IReadOnlyList<Disagreement> photos,
        int most,
        string by,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(photos);
        var loop = (await loops.AllAsync(cancellationToken)).FirstOrDefault(one => one.Name == loopName)
            ?? throw new NotFoundException($"Loop {loopName}");
        var order = await keys.CurrentAsync(cancellationToken);
        var taken = await FindTakenAsync(loopName, photos, cancellationToken);
        var claimed = await FindClaimedAsync(photos, cancellationToken);
        var (rest, left) = (Math.Max(0, most - taken.Count), photos.Count - taken.Count);
        var drawn = 0;
        foreach (var group in photos.GroupBy(photo => photo.ModelVersionId).OrderBy(group => group.Key))
        {
            var undrawn = group.Select(photo => photo.PredictionId).Where(id => !taken.Contains(id)).ToList();
            if (undrawn.Count == 0)
                continue;
            // In proportion to what is left, rounded so that the shares sum to what is asked for.
            var share = (int)((((long)Math.Min(rest, left) * undrawn.Count) + left - 1) / left);
            (rest, left) = (rest - share, left - undrawn.Count);
            if (share == 0)
                continue;
            var now = time.GetUtcNow();
            var id = Guid.CreateVersion7(now);
            var first = order.First(ExtraDraw.PurposeOf(id), loopName, undrawn, share);
            var draw = ExtraDraw.Record(id, loopName, order, by, DescribeGroup([.. group], undrawn.Count, claimed), first.Count, now);
            draws.Add(draw);
            foreach (var batch in first.Chunk(Batch))
            {
                // A deleted prediction counts as drawn, but cannot be labelled.
                foreach (var prediction in await predictions.ListAsync(new PredictionsWithIds(batch), cancellationToken))
                    selections.Add(Selection.ByExtraDraw(prediction, loop.Strategy, loop.Row.Current, draw, order, now));
            }

            drawn += first.Count;
        }

        return drawn;
    }

    private static DrawnFrom DescribeGroup(List<Disagreement> group, int undrawn, HashSet<Guid> claimed) =>
        new(group[0].ModelVersionId, [.. group.Select(photo => photo.WindowId).Distinct().Order()], undrawn)
        {
            TrialId = group[0].TrialId,
            Differing =
            [
                .. group
                    .Where(photo => !claimed.Contains(photo.PredictionId))
                    .GroupBy(photo => (photo.WindowId, photo.Cell))
                    .OrderBy(cell => cell.Key)
                    .Select(cell => new DifferingPhotos(cell.Key.WindowId, cell.Key.Cell, cell.Count())),
            ],
        };

    /// <summary>Returns the photos that an earlier draw of the loop took, deleted ones too.</summary>
    private async Task<HashSet<Guid>> FindTakenAsync(
        string loopName,
        IReadOnlyList<Disagreement> photos,
        CancellationToken cancellationToken
    )
    {
        var taken = new HashSet<Guid>();
        foreach (var batch in photos.Select(photo => photo.PredictionId).Chunk(Batch))
        {
            taken.UnionWith(
                (await selections.ListAsync(new SelectionsOf(loopName, batch), cancellationToken)).Select(one => one.PredictionId)
            );
            taken.UnionWith(
                (await erased.ListAsync(new ErasedDrawsOf(loopName, batch), cancellationToken)).Select(one => one.PredictionId)
            );
        }

        return taken;
    }

    /// <summary>Returns the photos that differ in an earlier trial whose disagreements were drawn from: they belong to that draw.</summary>
    private async Task<HashSet<Guid>> FindClaimedAsync(IReadOnlyList<Disagreement> photos, CancellationToken cancellationToken)
    {
        var trials = (await draws.ListAsync(new DrawsOnDisagreements(), cancellationToken)).Select(draw => draw.TrialId!.Value).ToHashSet();
        var claimed = new HashSet<Guid>();
        if (trials.Count == 0)
            return claimed;
        foreach (var batch in photos.Select(photo => photo.PredictionId).Chunk(Batch))
        {
            claimed.UnionWith(
                (await disagreements.ListAsync(new DisagreementsOfPhotos(batch), cancellationToken))
                    .Where(photo => trials.Contains(photo.TrialId))
                    .Select(photo => photo.PredictionId)
            );
        }

        return claimed;
    }
}
