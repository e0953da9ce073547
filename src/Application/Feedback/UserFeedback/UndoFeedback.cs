using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Feedback;

/// <summary>Takes back what a rater said of a prediction on one topic. What was said stays on record as withdrawn; nothing to take back is no error.</summary>
public static class UndoFeedback
{
    /// <param name="PredictionId">The prediction.</param>
    /// <param name="Topic">The flag, or the class.</param>
    /// <param name="Caller">Who takes it back.</param>
    /// <param name="Source">How the request came in.</param>
    public sealed record Command(Guid PredictionId, FeedbackTopic Topic, Caller Caller, FeedbackSource Source) : IRequest<Response>;

    /// <param name="Withdrawn">Whether there was something to take back.</param>
    public sealed record Response(bool Withdrawn);

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        IRepository<UserFeedback> feedback,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        public Task<Response> Handle(Command request, CancellationToken cancellationToken) =>
            ConcurrentChangeException.RetryAsync(() => UndoAsync(request, cancellationToken));

        private async Task<Response> UndoAsync(Command request, CancellationToken cancellationToken)
        {
            var prediction = await predictions.FindRatableAsync(request.PredictionId, request.Caller, request.Source, cancellationToken);
            var rater = request.Caller.Actor;
            if (
                await feedback.FirstOrDefaultAsync(new CurrentFeedback(prediction.Id, rater, request.Topic), cancellationToken)
                is not { } current
            )
                return new Response(Withdrawn: false);

            current.Withdraw(time.GetUtcNow());
            prediction.MarkTagsDirty();
            await feedback.SaveChangesAsync(cancellationToken);
            logger.LogInformation("Prediction {PredictionId}: {Rater} took back {Kind}", prediction.Id, rater, current.Kind);
            return new Response(Withdrawn: true);
        }
    }
}
