using GourmetGram.Application.Common;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Sets aside photos that no prediction names: a photo is written before its row, so a crash in between leaves one. Skips photos that may
/// belong to a request in flight, and files whose names are not ours. Sets nothing aside if the database seems to be a different one or an
/// older copy.
/// </summary>
public static class SweepOrphans
{
    /// <param name="StartedAt">When this process started to accept work. In a store that only this process writes to, older objects belong
    /// to no request in flight.</param>
    public sealed record Command(DateTimeOffset StartedAt) : IRequest<Response>;

    /// <param name="Photos">Number of photos set aside.</param>
    /// <param name="Returned">Number of photos moved back because a prediction names them again.</param>
    /// <param name="Deleted">Number of photos deleted, because their prediction was deleted or they were set aside 30 days ago.</param>
    /// <param name="Thumbnails">Number of thumbnails deleted.</param>
    /// <param name="Fault">Null, or a sentence for the operator that says why photos without a prediction were not set aside.</param>
    public sealed record Response(int Photos, int Returned, int Deleted, int Thumbnails, string? Fault);

    internal sealed class Handler(
        IObjectStore store,
        OrphanScan scan,
        Orphans orphans,
        StoreOwnership ownership,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        /// <summary>Longer than any request takes from writing its photo to committing the row.</summary>
        private static readonly TimeSpan SafeAge = TimeSpan.FromHours(1);

        /// <exception cref="StoreUnavailableException">A store is unavailable.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            // The clock was set back, so objects written now would look old. The next run with a correct clock sweeps.
            if (now < request.StartedAt)
                return new Response(0, 0, 0, 0, Fault: null);
            // Checked again, because another installation may have taken over the store since startup.
            if (await ownership.FindFaultAsync(cancellationToken) is { } foreign)
                return new Response(0, 0, 0, 0, foreign);
            var before = store.IsExclusive && request.StartedAt > now - SafeAge ? request.StartedAt : now - SafeAge;

            var (returned, deleted) = await orphans.TidyAsync(cancellationToken);
            var found = await scan.RunAsync(before, cancellationToken);
            await DeleteAsync(found.Deleted, cancellationToken);
            deleted += found.Deleted.Count;
            if (found.Fault is not null)
                return new Response(0, returned, deleted, 0, found.Fault);
            foreach (var orphan in found.Orphans)
                await orphans.SetAsideAsync(orphan, cancellationToken);

            var thumbnails = 0;
            await foreach (var batch in scan.FindAsync(Thumbnails.Bucket, before, cancellationToken))
            {
                // Thumbnails are created again on demand.
                await DeleteAsync([.. batch.Orphans, .. batch.Deleted], cancellationToken);
                thumbnails += batch.Orphans.Count + batch.Deleted.Count;
            }

            return new Response(found.Orphans.Count, returned, deleted, thumbnails, Fault: null);
        }

        private async Task DeleteAsync(IReadOnlyList<ObjectAddress> objects, CancellationToken cancellationToken)
        {
            foreach (var address in objects)
            {
                await store.DeleteAsync(address, cancellationToken);
                logger.LogInformation("Deleted {Object}: its prediction was deleted", address);
            }
        }
    }
}
