using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Returns all feedback the caller ever gave on a prediction, oldest first.</summary>
public static class GetFeedbackHistory
{
    /// <param name="PredictionId">The prediction.</param>
    /// <param name="Caller">The rater.</param>
    public sealed record Query(Guid PredictionId, Caller Caller) : IRequest<Response>;

    /// <param name="Entries">The feedback, oldest first.</param>
    public sealed record Response(IReadOnlyList<Entry> Entries);

    /// <param name="Kind">The kind of feedback.</param>
    /// <param name="Class">The class given; null for a flag.</param>
    /// <param name="CreatedAt">When the feedback was given, UTC.</param>
    /// <param name="EndedAt">When the feedback stopped being current, UTC; null while it is current.</param>
    /// <param name="End">Why the feedback stopped being current; null while it is current.</param>
    public sealed record Entry(FeedbackKind Kind, string? Class, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, FeedbackEnd? End)
    {
        internal static Entry From(UserFeedback fact, ModelVersion model) =>
            new(fact.Kind, fact.ClassIndex is { } index ? model.Labels[index] : null, fact.CreatedAt, fact.EndedAt, fact.End);
    }

    internal sealed class Handler(IRepository<Prediction> predictions, IRepository<UserFeedback> feedback, IAnswerGuard guard)
        : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">The prediction does not exist, or belongs to another caller.</exception>
        /// <exception cref="ConflictException">
        /// The caller is labelling the same photo blind, and a confirmation would reveal the model's answer.
        /// </exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var prediction = await predictions.FindUsableAsync(request.PredictionId, request.Caller, cancellationToken);
            await guard.RequireAsync(prediction, request.Caller, cancellationToken);
            var facts = await feedback.ListAsync(new FeedbackHistoryOf([prediction.Id], request.Caller.Actor), cancellationToken);
            return new Response([.. facts.Select(fact => Entry.From(fact, prediction.Model))]);
        }
    }
}
