using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Permanently deletes photos that were set aside, before their 30 days are over.</summary>
public static class PurgeOrphans
{
    /// <param name="PredictionIds">The photos to delete, by prediction id; empty for all.</param>
    public sealed record Command(IReadOnlyCollection<Guid> PredictionIds) : IRequest<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Photos, "Deleted photos that had been set aside");
    }

    /// <param name="Deleted">The photos that were deleted.</param>
    public sealed record Response(IReadOnlyList<Orphan> Deleted);

    internal sealed class Handler(Orphans orphans) : IRequestHandler<Command, Response>
    {
        /// <exception cref="StoreUnavailableException">
        /// The object store is unavailable. Photos deleted so far stay deleted; run it again.
        /// </exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var wanted = request.PredictionIds.ToHashSet();
            var deleted = await orphans
                .ListAsync(cancellationToken)
                .Where(orphan => wanted.Count == 0 || wanted.Contains(orphan.PredictionId))
                .ToListAsync(cancellationToken);
            foreach (var orphan in deleted)
                await orphans.DeleteAsync(orphan, cancellationToken);
            return new Response(deleted);
        }
    }
}
