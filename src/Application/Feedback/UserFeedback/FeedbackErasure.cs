using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Deletes the feedback on deleted predictions, their selections and their places on waiting lists. Records which of them were drawn.
/// </summary>
internal sealed class FeedbackErasure(
    IRepository<UserFeedback> feedback,
    IRepository<Selection> selections,
    IRepository<WaitingCandidate> waiting,
    IRepository<Prediction> predictions,
    IRepository<ErasedDraw> erased
) : IPredictionErasure
{
    public async Task<DeletionReport> EraseAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken)
    {
        var facts = await feedback.ListAsync(new ErasableFeedback(predictionIds), cancellationToken);
        foreach (var fact in facts)
            feedback.Remove(fact);
        var gone = await selections.ListAsync(new ErasableSelections(predictionIds), cancellationToken);
        var drawn = gone.Where(selection => selection.WindowId is not null).ToList();
        if (drawn.Count > 0)
        {
            var cells = (
                await predictions.ListAsync(
                    new PredictionsWithIds([.. drawn.Select(selection => selection.PredictionId).Distinct()]),
                    cancellationToken
                )
            ).ToDictionary(prediction => prediction.Id, prediction => prediction.WindowCell);
            foreach (var selection in drawn)
            {
                if (cells.GetValueOrDefault(selection.PredictionId) is { } cell)
                    erased.Add(ErasedDraw.Of(selection, cell));
            }
        }

        foreach (var selection in gone)
            selections.Remove(selection);
        foreach (var candidate in await waiting.ListAsync(new ErasableWaiting(predictionIds), cancellationToken))
            waiting.Remove(candidate);
        return new DeletionReport { Feedback = facts.Count };
    }
}
