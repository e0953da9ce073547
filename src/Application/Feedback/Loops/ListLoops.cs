using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Lists all loops with their results, and their latest changes.</summary>
public static class ListLoops
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Loops">The loops.</param>
    /// <param name="History">The latest changes of all loops, newest first.</param>
    public sealed record Response(IReadOnlyList<LoopResponse> Loops, IReadOnlyList<LoopChangeResponse> History);

    internal sealed class Handler(LoopCatalogue loops, ILoopStatistics statistics, IRepository<LoopChange> changes)
        : IRequestHandler<Query, Response>
    {
        private const int Shown = 50;

        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var all = await loops.AllAsync(cancellationToken);
            var counts = await statistics.ReadAsync(cancellationToken);
            var history = await changes.ListAsync(new LoopChangesOf(loop: null, Shown), cancellationToken);
            return new Response(
                [.. all.Select(loop => LoopResponse.From(loop, counts.GetValueOrDefault(loop.Name)))],
                [.. history.Select(LoopChangeResponse.Of)]
            );
        }
    }
}
