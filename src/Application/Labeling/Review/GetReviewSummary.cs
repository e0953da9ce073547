using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Returns what a person has labelled in a loop today, and what is left.</summary>
public static class GetReviewSummary
{
    private const int Shown = 12;

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Caller">The reviewer.</param>
    public sealed record Query(string Loop, Caller Caller) : IRequest<Response>;

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Title">The loop's name in words.</param>
    /// <param name="IsReviewed">Whether the loop's photos are labelled on the review page.</param>
    /// <param name="Today">The person's labels since midnight, UTC.</param>
    /// <param name="Differences">The latest of today's labels that differ from the model's answer, newest first.</param>
    /// <param name="Last">The person's last label; null when there is none.</param>
    /// <param name="Backlog">The photos of this loop that still need a label.</param>
    public sealed record Response(
        string Loop,
        string Title,
        bool IsReviewed,
        ReviewTally Today,
        IReadOnlyList<Decision> Differences,
        Decision? Last,
        ReviewBacklog Backlog
    );

    internal sealed class Handler(LoopCatalogue loops, ITaskFinder finder, TimeProvider time) : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">There is no such loop.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var loop = await loops.FindAsync(request.Loop, cancellationToken);
            var person = request.Caller.RequireIdentity("Reviewing").ToString();
            var now = time.GetUtcNow();
            var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
            var latest = await finder.LatestAsync(loop.Name, person, 1, cancellationToken);
            return new Response(
                loop.Name,
                loop.Strategy.Title,
                loop.Row.Surface == Surface.Review,
                await finder.TallyAsync(loop.Name, person, today, cancellationToken),
                await finder.DifferencesAsync(loop.Name, person, today, Shown, cancellationToken),
                latest.Count > 0 ? latest[0] : null,
                (await finder.BacklogsAsync(person, now, cancellationToken)).GetValueOrDefault(loop.Name) ?? ReviewBacklog.Empty
            );
        }
    }
}
