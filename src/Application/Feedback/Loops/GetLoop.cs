using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Returns one loop with its results and the history of its changes.</summary>
public static class GetLoop
{
    /// <param name="Name">Name of the loop.</param>
    public sealed record Query(string Name) : IRequest<Response>;

    /// <param name="Loop">The loop.</param>
    /// <param name="History">The loop's changes, newest first.</param>
    public sealed record Response(LoopResponse Loop, IReadOnlyList<LoopChangeResponse> History);

    internal sealed class Handler(LoopCatalogue loops, ILoopStatistics statistics, IRepository<LoopChange> changes)
        : IRequestHandler<Query, Response>
    {
        private const int Shown = 200;

        /// <exception cref="NotFoundException">There is no such loop.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var loop = await loops.FindAsync(request.Name, cancellationToken);
            var counts = await statistics.ReadAsync(cancellationToken);
            var history = await changes.ListAsync(new LoopChangesOf(loop.Name, Shown), cancellationToken);
            return new Response(LoopResponse.From(loop, counts.GetValueOrDefault(loop.Name)), [.. history.Select(LoopChangeResponse.Of)]);
        }
    }
}
