using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Lists the loops that are labelled on the review page, with one person's backlog in each.</summary>
public static class ListReviews
{
    /// <param name="Caller">The reviewer.</param>
    public sealed record Query(Caller Caller) : IRequest<Response>;

    /// <param name="Items">The loops, in their usual order.</param>
    /// <param name="Disputed">Photos that people label differently, in all loops; 0 for callers who may not decide between labels.</param>
    public sealed record Response(IReadOnlyList<Item> Items, int Disputed)
    {
        /// <summary>Photos that the person can label now, in all loops.</summary>
        public int Open => Items.Sum(item => item.Backlog.Open);
    }

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Title">The loop's name in words.</param>
    /// <param name="Description">What the loop selects.</param>
    /// <param name="Backlog">The photos of the loop that still need a label.</param>
    public sealed record Item(string Loop, string Title, string Description, ReviewBacklog Backlog);

    /// <summary>Limit of the count of disputed photos.</summary>
    private const int MostDisputed = 1000;

    internal sealed class Handler(LoopCatalogue loops, ITaskFinder finder, IRepository<AnnotationTask> tasks, TimeProvider time)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var person = request.Caller.RequireIdentity("Reviewing").ToString();
            var backlogs = await finder.BacklogsAsync(person, time.GetUtcNow(), cancellationToken);
            var items = (await loops.OnAsync(Surface.Review, cancellationToken)).Select(loop => new Item(
                loop.Name,
                loop.Strategy.Title,
                loop.Strategy.Description,
                backlogs.GetValueOrDefault(loop.Name) ?? ReviewBacklog.Empty
            ));
            return new Response(
                [.. items],
                request.Caller.IsManager
                    ? await tasks.CountAsync(new TiedTasks(loop: null, after: null, MostDisputed), cancellationToken)
                    : 0
            );
        }
    }
}
