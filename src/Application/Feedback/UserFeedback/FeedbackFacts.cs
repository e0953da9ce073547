using Ardalis.Specification;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>Implements Classification's port for feedback and random selections.</summary>
internal sealed class FeedbackFacts(IRepository<UserFeedback> feedback, IRepository<Selection> selections) : IPredictionFacts
{
    public Task<IReadOnlyDictionary<Guid, PredictionFacts>> OfAsync(
        IReadOnlyCollection<Prediction> predictions,
        Actor rater,
        CancellationToken cancellationToken
    ) => ReadAsync(predictions, ids => new CurrentFeedbackOnMany(ids, rater), cancellationToken);

    public Task<IReadOnlyDictionary<Guid, PredictionFacts>> OfAllAsync(
        IReadOnlyCollection<Prediction> predictions,
        CancellationToken cancellationToken
    ) => ReadAsync(predictions, ids => new EverybodysFeedbackOnMany(ids), cancellationToken);

    public async Task<IReadOnlySet<Guid>> SampledAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken) =>
        (await selections.ListAsync(new RandomSelectionsOf(predictionIds), cancellationToken))
            .Select(selection => selection.PredictionId)
            .ToHashSet();

    private async Task<IReadOnlyDictionary<Guid, PredictionFacts>> ReadAsync(
        IReadOnlyCollection<Prediction> predictions,
        Func<IReadOnlyCollection<Guid>, Specification<UserFeedback>> of,
        CancellationToken cancellationToken
    )
    {
        var byId = predictions.ToDictionary(p => p.Id);
        var rows = await feedback.ListAsync(of(byId.Keys), cancellationToken);
        return rows.GroupBy(f => f.PredictionId)
            .ToDictionary(
                group => group.Key,
                group => new PredictionFacts(
                    group.Any(f => f.Topic == FeedbackTopic.Flag),
                    group
                        .Where(f => f.ClassIndex is not null)
                        .Select(f => byId[group.Key].Model.Labels[f.ClassIndex!.Value])
                        .LastOrDefault()
                )
            );
    }
}
