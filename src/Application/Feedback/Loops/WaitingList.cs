using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>Manages the predictions that loops want but have not selected yet.</summary>
internal sealed class WaitingList(IRepository<Selection> selections, IRepository<WaitingCandidate> waiting, TimeProvider time)
{
    /// <summary>
    /// Within a step: adds the predictions that a loop wants and that are neither selected nor waiting. Renews selections that were
    /// withdrawn.
    /// </summary>
    /// <returns>The number of predictions added.</returns>
    public async Task<int> OfferAsync(
        Loop loop,
        IEnumerable<Pick> picks,
        IReadOnlyDictionary<Guid, Prediction> predictions,
        WaitingSince since,
        CancellationToken cancellationToken
    )
    {
        var wanted = picks.DistinctBy(pick => pick.PredictionId).ToList();
        if (wanted.Count == 0)
            return 0;
        foreach (
            var line in await selections.ListAsync(
                new SelectionsToChange([loop.Name], [.. wanted.Select(pick => pick.PredictionId)]),
                cancellationToken
            )
        )
            line.Renew();
        var fresh = await FindNewAsync(loop, wanted, cancellationToken);
        foreach (var pick in fresh)
            waiting.Add(WaitingCandidate.Offer(loop.Name, predictions[pick.PredictionId], pick, since, time.GetUtcNow()));
        return fresh.Count;
    }

    /// <returns>The picks that the loop has neither selected nor waiting.</returns>
    public async Task<IReadOnlyList<Pick>> FindNewAsync(Loop loop, IReadOnlyCollection<Pick> picks, CancellationToken cancellationToken)
    {
        var ids = picks.Select(pick => pick.PredictionId).ToList();
        var known = (await selections.ListAsync(new SelectionsOf(loop.Name, ids), cancellationToken))
            .Select(line => line.PredictionId)
            .ToHashSet();
        known.UnionWith(
            (await waiting.ListAsync(new WaitingOn([loop.Name], ids), cancellationToken)).Select(candidate => candidate.PredictionId)
        );
        return [.. picks.Where(pick => known.Add(pick.PredictionId))];
    }
}
