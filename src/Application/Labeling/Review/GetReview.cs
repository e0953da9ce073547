using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Returns what the review page shows beside the photo: the person's progress and last decisions.</summary>
public static class GetReview
{
    /// <summary>Maximum number of decisions shown. When that many are shown, there may be more.</summary>
    public const int Shown = 4;

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Caller">The reviewer.</param>
    /// <param name="TrialId">The comparison whose drawn photos are labelled; null for all photos of the loop.</param>
    public sealed record Query(string Loop, Caller Caller, Guid? TrialId = null) : IRequest<Response>;

    /// <param name="Name">Name of the loop.</param>
    /// <param name="Title">The loop's name in words.</param>
    /// <param name="Progress">The person's progress today (UTC).</param>
    /// <param name="Latest">The person's last decisions, newest first.</param>
    public sealed record Response(string Name, string Title, ReviewProgress Progress, IReadOnlyList<Decision> Latest);

    internal sealed class Handler(LoopCatalogue loops, ITaskFinder finder, TimeProvider time) : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">There is no such loop.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var loop = await loops.FindAsync(request.Loop, cancellationToken);
            var person = request.Caller.RequireIdentity("Reviewing").ToString();
            var today = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
            return new Response(
                loop.Name,
                loop.Strategy.Title,
                await finder.MeasureAsync(loop.Name, person, today, request.TrialId, cancellationToken),
                await finder.LatestAsync(loop.Name, person, Shown, cancellationToken)
            );
        }
    }
}
