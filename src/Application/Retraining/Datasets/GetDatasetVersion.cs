using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns a dataset version, and its neighbours.</summary>
public static class GetDatasetVersion
{
    /// <param name="Name">See <see cref="DatasetFinder.FindAsync"/>.</param>
    public sealed record Query(string Name) : IRequest<Response>;

    /// <param name="Version">The version.</param>
    /// <param name="Deleted">Number of its photos that were deleted since it was built.</param>
    /// <param name="Previous">Content id of the version before; null for the first one, and for a build that is not ready.</param>
    public sealed record Response(DatasetVersionResponse Version, int Deleted, string? Previous);

    internal sealed class Handler(DatasetFinder finder, IRepository<DatasetVersion> versions, IRepository<DatasetItem> items)
        : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">There is no such version.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var version = await finder.FindAsync(request.Name, cancellationToken);
            var previous = version.Number is { } number
                ? await versions.FirstOrDefaultAsync(new VersionBefore(number), cancellationToken)
                : null;
            return new Response(
                DatasetVersionResponse.From(version),
                await items.CountAsync(new DeletedItems(version.Id), cancellationToken),
                previous?.ContentId
            );
        }
    }
}
