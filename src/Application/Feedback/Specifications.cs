using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>What a rater currently says of one prediction on one topic: at most one row.</summary>
internal sealed class CurrentFeedback : Specification<UserFeedback>
{
    public CurrentFeedback(Guid predictionId, Actor rater, FeedbackTopic topic)
    {
        Query.Where(f => f.PredictionId == predictionId && f.Rater == rater && f.Topic == topic && f.EndedAt == null);
    }
}

/// <summary>All that a rater ever said of one prediction, oldest first.</summary>
internal sealed class FeedbackHistoryOf : Specification<UserFeedback>
{
    public FeedbackHistoryOf(IReadOnlyCollection<Guid> predictionIds, Actor rater)
    {
        Query.Where(f => predictionIds.Contains(f.PredictionId) && f.Rater == rater).OrderBy(f => f.Id).AsNoTracking();
    }
}

/// <summary>All that anybody ever said of some predictions, to be removed.</summary>
internal sealed class ErasableFeedback : Specification<UserFeedback>
{
    public ErasableFeedback(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(f => predictionIds.Contains(f.PredictionId));
    }
}

/// <summary>All that a rater currently says of some predictions.</summary>
internal sealed class CurrentFeedbackOnMany : Specification<UserFeedback>
{
    public CurrentFeedbackOnMany(IReadOnlyCollection<Guid> predictionIds, Actor rater)
    {
        Query.Where(f => predictionIds.Contains(f.PredictionId) && f.Rater == rater && f.EndedAt == null).AsNoTracking();
    }
}

/// <summary>All that anybody currently says of some predictions, oldest first.</summary>
internal sealed class EverybodysFeedbackOnMany : Specification<UserFeedback>
{
    public EverybodysFeedbackOnMany(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(f => predictionIds.Contains(f.PredictionId) && f.EndedAt == null).OrderBy(f => f.Id).AsNoTracking();
    }
}
