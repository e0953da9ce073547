using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Withdraws a rater's feedback on one prediction and topic. The feedback stays on record as withdrawn. Does nothing if there is no
/// feedback.
/// </summary>
public static class UndoFeedback
{
    /// <param name="PredictionId">The prediction.</param>
    /// <param name="Topic">The flag, or the class.</param>
    /// <param name="Caller">The rater.</param>
    /// <param name="Source">How the request came in.</param>
    public sealed record Command(Guid PredictionId, FeedbackTopic Topic, Caller Caller, FeedbackSource Source) : ICommand<Response>;

    /// <param name="Withdrawn">Whether there was feedback to withdraw.</param>
    public sealed record Response(bool Withdrawn);

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        IRepository<UserFeedback> feedback,
        FeedbackLedger ledger,
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
                await feedback.FirstOrDefaultAsync(new CurrentFeedback(prediction.Id, rater, request.Topic), cancellationToken)
                is not { } current
            )
                return new Response(Withdrawn: false);

            current.Withdraw(time.GetUtcNow());
            await ledger.EndAsync(current, cancellationToken);
            prediction.MarkTagsDirty();
            work.AfterCommit(() =>
                logger.LogInformation("Prediction {PredictionId}: {Rater} withdrew {Kind}", prediction.Id, rater, current.Kind)
            );
            return new Response(Withdrawn: true);
        }
    }
}
