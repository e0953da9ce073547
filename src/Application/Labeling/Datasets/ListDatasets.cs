using GourmetGram.Application.Feedback;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Lists the datasets: the bucket of each loop, and the buckets that loops used before.</summary>
public static class ListDatasets
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Items">The datasets, in the order of the loops.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    /// <param name="Bucket">Name of the bucket.</param>
    /// <param name="Title">Title of the dataset in words.</param>
    /// <param name="Loop">Name of the loop that fills it; null for a bucket that no loop fills any more.</param>
    /// <param name="Photos">Number of photos in the bucket.</param>
    public sealed record Item(string Bucket, string Title, string? Loop, int Photos);

    internal sealed class Handler(LoopCatalogue loops, IDatasetReader datasets) : IRequestHandler<Query, Response>
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
