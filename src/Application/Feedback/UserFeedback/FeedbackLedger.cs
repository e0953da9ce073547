using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Within a step: withdraws the selections caused by a flag or correction that ended, unless another one of the same kind remains on the
/// same prediction.
/// </summary>
internal sealed class FeedbackLedger(
    LoopCatalogue loops,
    IRepository<UserFeedback> feedback,
    IRepository<Selection> selections,
    IRepository<WaitingCandidate> waiting,
    TimeProvider time
)
{
    public async Task EndAsync(UserFeedback ended, CancellationToken cancellationToken)
    {
        if (
            ended.SelectionState != FeedbackSelection.Considered
            || await feedback.CountAsync(new OtherConsideredFeedback(ended.PredictionId, ended.Kind, ended.Id), cancellationToken) > 0
        )
        {
            return;
        }

        var names = (await loops.AllAsync(cancellationToken))
            .Where(loop => loop.Strategy is FeedbackStrategy strategy && strategy.Kind == ended.Kind)
            .Select(loop => loop.Name)
            .ToList();
        foreach (var line in await selections.ListAsync(new SelectionsToChange(names, [ended.PredictionId]), cancellationToken))
            line.Withdraw(time.GetUtcNow());
        foreach (var candidate in await waiting.ListAsync(new WaitingOn(names, [ended.PredictionId]), cancellationToken))
            waiting.Remove(candidate);
    }
}
