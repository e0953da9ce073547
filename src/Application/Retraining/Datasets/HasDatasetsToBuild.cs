using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns whether job <c>build-dataset</c> has anything to do.</summary>
public static class HasDatasetsToBuild
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Any">Whether a version is to be built or a manifest is to be written.</param>
    public sealed record Response(bool Any);

    internal sealed class Handler(IRepository<DatasetVersion> versions) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new(await versions.CountAsync(new VersionsToDo(), cancellationToken) > 0);
    }
}
