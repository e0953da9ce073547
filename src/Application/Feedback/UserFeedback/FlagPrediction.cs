using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Feedback;

/// <summary>Records that a rater says a prediction is wrong. Flagging it again changes nothing.</summary>
public static class FlagPrediction
{
    /// <param name="PredictionId">The prediction.</param>
    /// <param name="Caller">The rater.</param>
    /// <param name="Source">How the flag came in. With <see cref="FeedbackSource.LabRoute"/>, knowing the id is sufficient
    /// permission.</param>
    public sealed record Command(Guid PredictionId, Caller Caller, FeedbackSource Source) : ICommand<Response>;

    /// <param name="FeedbackId">Id of the feedback entry.</param>
    public sealed record Response(Guid FeedbackId);

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        IRepository<UserFeedback> feedback,
        FeedbackOrigin origin,
        IUnitOfWork work,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var prediction = await predictions.FindRatableAsync(request.PredictionId, request.Caller, request.Source, cancellationToken);
            var rater = request.Caller.Actor;
            if (
                await feedback.FirstOrDefaultAsync(new CurrentFeedback(prediction.Id, rater, FeedbackTopic.Flag), cancellationToken) is
                { } current
            )
                return new Response(current.Id);

            var flag = UserFeedback.Flag(prediction, rater, request.Source, time.GetUtcNow(), await origin.ReadAsync(cancellationToken));
            feedback.Add(flag);
            prediction.MarkTagsDirty();
            work.AfterCommit(() =>
                logger.LogInformation("Prediction {PredictionId} was flagged by {Rater} ({Source})", prediction.Id, rater, request.Source)
            );
            return new Response(flag.Id);
        }
    }
}
