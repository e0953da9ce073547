using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>Answers Classification's question about what a rater said.</summary>
internal sealed class FeedbackFacts(IRepository<UserFeedback> feedback) : IPredictionFacts
{
    public async Task<IReadOnlyDictionary<Guid, PredictionFacts>> OfAsync(
        IReadOnlyCollection<Prediction> predictions, Actor rater, CancellationToken cancellationToken)
    {
        var byId = predictions.ToDictionary(p => p.Id);
        var rows = await feedback.ListAsync(new CurrentFeedbackOnMany(byId.Keys, rater), cancellationToken);
        return rows.GroupBy(f => f.PredictionId).ToDictionary(
            group => group.Key,
            group => new PredictionFacts(
                group.Any(f => f.Topic == FeedbackTopic.Flag),
                group.Where(f => f.ClassIndex is not null).Select(f => byId[group.Key].Model.Labels[f.ClassIndex!.Value]).FirstOrDefault()));
    }
}
