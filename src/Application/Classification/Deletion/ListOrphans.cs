using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Lists the photos that were set aside because no prediction names them.</summary>
public static class ListOrphans
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Items">The photos, in the store's order.</param>
    public sealed record Response(IReadOnlyList<Orphan> Items);

    internal sealed class Handler(Orphans orphans) : IRequestHandler<Query, Response>
    {
        /// <exception cref="StoreUnavailableException">The object store is unavailable.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new(await orphans.ListAsync(cancellationToken).ToListAsync(cancellationToken));
    }
}
