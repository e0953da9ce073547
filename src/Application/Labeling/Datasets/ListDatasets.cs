using GourmetGram.Application.Feedback;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>The datasets: one bucket for each loop, and those that a loop used before.</summary>
public static class ListDatasets
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Items">The datasets, in the order of the loops.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    /// <param name="Bucket">Name of the bucket.</param>
    /// <param name="Title">What it holds, in words.</param>
    /// <param name="Loop">Name of the loop that fills it; null for a bucket that none fills any more.</param>
    /// <param name="Photos">How many photos it holds.</param>
    public sealed record Item(string Bucket, string Title, string? Loop, int Photos);

    internal sealed class Handler(LoopBook loops, IDatasetReader datasets) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var counts = await datasets.CountAsync(cancellationToken);
            var current = (await loops.AllAsync(cancellationToken))
                .Select(loop => new Item(loop.Row.Bucket, loop.Strategy.Title, loop.Name, counts.GetValueOrDefault(loop.Row.Bucket)))
                .ToList();
            var former = counts
                .Keys.Except(current.Select(item => item.Bucket), StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(bucket => new Item(bucket, bucket, Loop: null, counts[bucket]));
            return new Response([.. current, .. former]);
        }
    }
}
