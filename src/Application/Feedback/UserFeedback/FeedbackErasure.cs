using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>What anybody said of a prediction, and why it was selected, goes with it.</summary>
internal sealed class FeedbackErasure(IRepository<UserFeedback> feedback, IRepository<Selection> selections) : IPredictionErasure
{
    public async Task EraseAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken)
    {
        foreach (var fact in await feedback.ListAsync(new ErasableFeedback(predictionIds), cancellationToken))
            feedback.Remove(fact);
        foreach (var selection in await selections.ListAsync(new ErasableSelections(predictionIds), cancellationToken))
            selections.Remove(selection);
    }
}
