using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Returns whether job <c>select-candidates</c> has work to do. Called every 10 seconds, so it must not write.</summary>
public static class HasCandidates
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Any">Whether a photo, a flag or a correction is waiting to be considered, a selection has no task yet, or a loop was
    /// changed.</param>
    public sealed record Response(bool Any);

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        IRepository<UserFeedback> feedback,
        IRepository<Selection> selections,
        IRepository<FeedbackLoop> loops
    ) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new(
                await predictions.CountAsync(new UnconsideredPredictions(1), cancellationToken) > 0
                    || await feedback.CountAsync(new UnconsideredFeedback(1), cancellationToken) > 0
                    || await selections.CountAsync(new SelectionsWithoutTask(1), cancellationToken) > 0
                    || await loops.CountAsync(new ChangedLoops(), cancellationToken) > 0
            );
    }
}
