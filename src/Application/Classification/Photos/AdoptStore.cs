using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Links this database and this object store to each other, even if either belonged to another installation before.</summary>
public static class AdoptStore
{
    public sealed record Command : IRequest<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Photos, "Took over an object store");
    }

    /// <param name="Installation">The new installation id, which both now store.</param>
    /// <param name="Unnamed">Photos in the store without a prediction in the database. The count stops soon after 1,000.</param>
    /// <param name="Fault">Null, or why these photos are not set aside: the database seems to be a different one or an older copy.</param>
    public sealed record Response(Guid Installation, int Unnamed, string? Fault);

    internal sealed class Handler(StoreOwnership ownership, OrphanScan scan, TimeProvider time) : IRequestHandler<Command, Response>
    {
        /// <exception cref="StoreUnavailableException">The database or the store does not respond. Run it again.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var found = await scan.RunAsync(time.GetUtcNow(), cancellationToken);
            return new Response(await ownership.AdoptAsync(cancellationToken), found.Orphans.Count, found.Fault);
        }
    }
}
