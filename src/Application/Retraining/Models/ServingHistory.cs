using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Changes which model serves. Each method is the work of one step; nodes follow after the commit.</summary>
internal sealed class ServingHistory(IRepository<ServingPeriod> periods, IRepository<ShadowRun> shadows, TimeProvider time)
{
    /// <summary>Number of entries that a rollback looks back.</summary>
    private const int Remembered = 500;

    /// <summary>Returns the entry of the model that serves now.</summary>
    /// <exception cref="InvalidOperationException">The history is empty.</exception>
    public async Task<ServingPeriod> CurrentAsync(CancellationToken cancellationToken) =>
        await periods.FirstOrDefaultAsync(new OpenServingPeriod(), cancellationToken)
        ?? throw new InvalidOperationException("No model serves yet. Start the server once: it registers the model of its folder.");

    /// <summary>
    /// Returns the model to return to: the one that served before the current one was promoted. A model that was rolled back from is not
    /// returned to.
    /// </summary>
    /// <returns>Null if no other model served before.</returns>
    public async Task<RegisteredModel?> PreviousAsync(CancellationToken cancellationToken)
    {
        var served = new Stack<RegisteredModel>();
        foreach (var period in (await periods.ListAsync(new ServingPeriods(before: null, Remembered), cancellationToken)).Reverse())
        {
            if (period.Reason is ServingReason.Rollback or ServingReason.AutomaticRollback)
            {
                while (served.TryPeek(out var last) && last.Id != period.ModelId)
                    served.Pop();
            }

            if (!served.TryPeek(out var top) || top.Id != period.ModelId)
                served.Push(period.Model);
        }

        return served.Skip(1).FirstOrDefault();
    }

    /// <summary>Returns when a model was last rolled back from, UTC; null if it never was.</summary>
    public async Task<DateTimeOffset?> RolledBackAtAsync(Guid modelId, CancellationToken cancellationToken)
    {
        var newestFirst = await periods.ListAsync(new BareServingPeriods(Remembered), cancellationToken);
        return newestFirst
            .Zip(newestFirst.Skip(1), (period, before) => (Period: period, Before: before))
            .Where(pair => pair.Period.Reason is ServingReason.Rollback or ServingReason.AutomaticRollback)
            .Where(pair => pair.Before.ModelId == modelId)
            .Select(pair => (DateTimeOffset?)pair.Period.From)
            .FirstOrDefault();
    }

    /// <summary>Makes another model serve. A model that answers in shadow ends, because it was compared with the one before.</summary>
    /// <exception cref="ConflictException">The model serves already.</exception>
    public async Task<ServingPeriod> FollowAsync(
        RegisteredModel model,
        ServingReason reason,
        string by,
        string? note,
        Guid? trialId,
        CancellationToken cancellationToken
    )
    {
        var current = await CurrentAsync(cancellationToken);
        if (current.ModelId == model.Id)
            throw new ConflictException($"Model {model.Version} serves already.");
        var next = current.Follow(model, reason, by, note, time.GetUtcNow(), trialId);
        periods.Add(next);
        if (await shadows.FirstOrDefaultAsync(new OpenShadowRun(), cancellationToken) is { } shadow)
            shadow.Stop(ShadowEnd.ChampionChanged, by, time.GetUtcNow());
        return next;
    }
}
