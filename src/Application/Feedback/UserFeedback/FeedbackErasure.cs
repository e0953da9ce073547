using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>Deletes the feedback on deleted predictions, their selections and their places on waiting lists.</summary>
internal sealed class FeedbackErasure(
    IRepository<UserFeedback> feedback,
    IRepository<Selection> selections,
    IRepository<WaitingCandidate> waiting
) : IPredictionErasure
{
    public async Task EraseAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken)
    {
        foreach (var fact in await feedback.ListAsync(new ErasableFeedback(predictionIds), cancellationToken))
            feedback.Remove(fact);
        foreach (var selection in await selections.ListAsync(new ErasableSelections(predictionIds), cancellationToken))
            selections.Remove(selection);
        foreach (var candidate in await waiting.ListAsync(new ErasableWaiting(predictionIds), cancellationToken))
            waiting.Remove(candidate);
    }
}
