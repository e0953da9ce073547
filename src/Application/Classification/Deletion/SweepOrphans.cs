using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Removes photos and thumbnails that no prediction names: a photo is written before its row, so a crash in between leaves one. What may belong to a request in flight is not touched,
/// nor is anything whose name is not a prediction's.
/// </summary>
public static class SweepOrphans
{
    /// <param name="StartedAt">When this process began to accept work: what is older in a store of its own is in nobody's hands.</param>
    public sealed record Command(DateTimeOffset StartedAt) : IRequest<Response>;

    /// <param name="Photos">How many photos were removed.</param>
    /// <param name="Thumbnails">How many thumbnails were removed.</param>
    /// <param name="Fault">Null, or why photos without prediction were left where they are: a sentence for the operator.</param>
    public sealed record Response(int Photos, int Thumbnails, string? Fault);

    internal sealed class Handler(IObjectStore store, IRepository<Prediction> predictions, TimeProvider time, ILogger<Handler> logger)
        : IRequestHandler<Command, Response>
    {
        /// <summary>Longer than any request takes from writing its photo to committing the row.</summary>
        private static readonly TimeSpan SafeAge = TimeSpan.FromHours(1);

        /// <summary>Ids asked for at once.</summary>
        private const int Batch = 500;

        /// <summary>Crashes leave a few photos. More than this were not left by crashes: then the database is not the one that these photos belong to.</summary>
        private const int MostOrphans = 1000;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            // The clock was set back: what is written now would look old. The next run, with the clock in order, sweeps.
            if (now < request.StartedAt)
                return new Response(0, 0, Fault: null);
            var before = store.IsExclusive && request.StartedAt > now - SafeAge ? request.StartedAt : now - SafeAge;

            var orphans = new List<ObjectAddress>();
            var known = 0;
            await foreach (var (named, unnamed) in FindAsync(Classify.Bucket, before, cancellationToken))
            {
                known += named;
                orphans.AddRange(unnamed);
                if (orphans.Count > MostOrphans)
                    break;
            }

            var fault = FaultOf(known, orphans.Count);
            if (fault is null)
                await RemoveAsync(orphans, cancellationToken);

            // They are made again when somebody asks, so no doubt spares them.
            var thumbnails = 0;
            await foreach (var (_, unnamed) in FindAsync(Thumbnails.Bucket, before, cancellationToken))
            {
                await RemoveAsync(unnamed, cancellationToken);
                thumbnails += unnamed.Count;
            }

            return new Response(fault is null ? orphans.Count : 0, thumbnails, fault);
        }

        /// <summary>Old objects of a bucket, in batches: how many belong to predictions, and those that do not.</summary>
        private async IAsyncEnumerable<(int Named, IReadOnlyList<ObjectAddress> Unnamed)> FindAsync(
            string bucket,
            DateTimeOffset before,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            var old = store
                .ListAsync(bucket, prefix: "", cancellationToken)
                .Where(found => found.WrittenAt < before)
                .Select(found => (Id: PhotoName.PredictionOf(found.Key), found.Key))
                // Ours are of version 7. The lab names its photos by random ones: those stand nowhere else until they are imported.
                .Where(found => found.Id is { Version: 7 })
                .Chunk(Batch);
            await foreach (var batch in old.WithCancellation(cancellationToken))
            {
                var ids = batch.Select(found => found.Id!.Value).ToHashSet();
                // Counting reads no row, and nearly always says that nothing is amiss.
                if (await predictions.CountAsync(new PredictionsWithIds(ids), cancellationToken) == ids.Count)
                {
                    yield return (batch.Length, []);
                    continue;
                }

                foreach (var prediction in await predictions.ListAsync(new PredictionsWithIds(ids), cancellationToken))
                    ids.Remove(prediction.Id);
                var unnamed = batch
                    .Where(found => ids.Contains(found.Id!.Value))
                    .Select(found => new ObjectAddress(bucket, found.Key))
                    .ToList();
                yield return (batch.Length - unnamed.Count, unnamed);
            }
        }

        private async Task RemoveAsync(IReadOnlyList<ObjectAddress> orphans, CancellationToken cancellationToken)
        {
            foreach (var orphan in orphans)
            {
                await store.DeleteAsync(orphan, cancellationToken);
                logger.LogInformation("Removed {Object}: no prediction names it", orphan);
            }
        }

        private static string? FaultOf(int known, int orphans) =>
            orphans switch
            {
                0 => null,
                > MostOrphans =>
                    $"More than {MostOrphans} photos in the object store have no prediction in the database, and crashes leave a few only. Nothing was removed. "
                        + "If the database is not the one that belongs to these photos, or an older copy of it, put the right one in its place.",
                _ when known == 0 => $"The database names none of the {orphans} photos in the object store. Nothing was removed. "
                    + "If it is not the database that belongs to these photos, put the right one in its place.",
                _ => null,
            };
    }
}
