using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>All that the caller ever said of a prediction, oldest first.</summary>
public static class GetFeedbackHistory
{
    /// <param name="PredictionId">The prediction.</param>
    /// <param name="Caller">Whose facts.</param>
    public sealed record Query(Guid PredictionId, Caller Caller) : IRequest<Response>;

    /// <param name="Entries">The facts, oldest first.</param>
    public sealed record Response(IReadOnlyList<Entry> Entries);

    /// <param name="Kind">What was said.</param>
    /// <param name="Class">The class that was named; null for a flag.</param>
    /// <param name="CreatedAt">When, UTC.</param>
    /// <param name="EndedAt">When it stopped being current, UTC; null while it is.</param>
    /// <param name="End">Why it stopped being current; null while it is.</param>
    public sealed record Entry(FeedbackKind Kind, string? Class, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, FeedbackEnd? End)
    {
        internal static Entry From(UserFeedback fact, ModelVersion model) =>
            new(fact.Kind, fact.ClassIndex is { } index ? model.Labels[index] : null, fact.CreatedAt, fact.EndedAt, fact.End);
    }

    internal sealed class Handler(IRepository<Prediction> predictions, IRepository<UserFeedback> feedback)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var prediction = await predictions.FindUsableAsync(request.PredictionId, request.Caller, cancellationToken);
            var facts = await feedback.ListAsync(new FeedbackHistoryOf([prediction.Id], request.Caller.Actor), cancellationToken);
            return new Response([.. facts.Select(fact => Entry.From(fact, prediction.Model))]);
        }
    }
}
