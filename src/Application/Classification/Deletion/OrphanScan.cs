using System.Buffers.Binary;
using System.Globalization;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Finds photos in the object store that no prediction names, and checks whether the database is the one that belongs to them. Changes
/// nothing.
/// </summary>
internal sealed class OrphanScan(IObjectStore store, IRepository<Prediction> predictions, IRepository<Tombstone> tombstones)
{
    /// <summary>Ids per database query.</summary>
    private const int Batch = 500;

    /// <summary>
    /// The most orphans that crashes can explain. More than this means that the database does not belong to these photos.
    /// </summary>
    private const int MostOrphans = 1000;

    /// <summary>
    /// A photo is written before its row, so a crash can leave a photo slightly newer than every row. This is the most allowed.
    /// </summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <param name="Orphans">Photos without a prediction.</param>
    /// <param name="Deleted">Photos whose prediction was deleted here.</param>
    /// <param name="Fault">Null, or a sentence for the operator that says why the database does not seem to belong to these photos.</param>
    public sealed record Result(IReadOnlyList<ObjectAddress> Orphans, IReadOnlyList<ObjectAddress> Deleted, string? Fault);

    /// <summary>Scans all photos.</summary>
    /// <param name="before">Skips objects written later, because they may belong to requests in flight.</param>
    /// <param name="cancellationToken">Cancels the scan.</param>
    public async Task<Result> RunAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var (orphans, deleted) = (new List<ObjectAddress>(), new List<ObjectAddress>());
        DateTimeOffset? newest = null;
        var known = 0;
        await foreach (var batch in FindAsync(Classify.Bucket, before, cancellationToken))
        {
            known += batch.Named;
            deleted.AddRange(batch.Deleted);
            orphans.AddRange(batch.Orphans);
            foreach (var orphan in batch.Orphans)
                newest = Later(newest, PhotoName.PredictionOf(orphan.Key));
            if (orphans.Count > MostOrphans)
                break;
        }

        return new Result(orphans, deleted, await FaultOfAsync(known, orphans.Count, newest, cancellationToken));
    }

    /// <summary>
    /// Reads a bucket in batches. Each batch has the number of objects that belong to predictions, the objects that belong to none, and the
    /// objects that belong to deleted predictions.
    /// </summary>
    public async IAsyncEnumerable<(int Named, IReadOnlyList<ObjectAddress> Orphans, IReadOnlyList<ObjectAddress> Deleted)> FindAsync(
        string bucket,
        DateTimeOffset before,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var old = store
            .ListAsync(bucket, prefix: "", cancellationToken)
            .Where(found => found.WrittenAt < before)
            .Select(found => (Id: PhotoName.PredictionOf(found.Key), Address: new ObjectAddress(bucket, found.Key)))
            // Our ids are version 7. The lab's photos have random ids and are unknown to the database until they are imported.
            .Where(found => found.Id is { Version: 7 })
            .Chunk(Batch);
        await foreach (var batch in old.WithCancellation(cancellationToken))
        {
            var ids = batch.Select(found => found.Id!.Value).ToHashSet();
            // Counting loads no rows, and in nearly every batch all ids are known.
            if (await predictions.CountAsync(new PredictionsWithIds(ids), cancellationToken) == ids.Count)
            {
                yield return (batch.Length, [], []);
                continue;
            }

            foreach (var prediction in await predictions.ListAsync(new PredictionsWithIds(ids), cancellationToken))
                ids.Remove(prediction.Id);
            var graves = (await tombstones.ListAsync(new TombstonesWithIds(ids), cancellationToken))
                .Select(tombstone => tombstone.Id)
                .ToHashSet();
            var unnamed = batch
                .Where(found => ids.Contains(found.Id!.Value))
                .ToLookup(found => graves.Contains(found.Id!.Value), found => found.Address);
            yield return (batch.Count(found => !ids.Contains(found.Id!.Value)), [.. unnamed[false]], [.. unnamed[true]]);
        }
    }

    private async Task<string?> FaultOfAsync(int known, int orphans, DateTimeOffset? newest, CancellationToken cancellationToken)
    {
        if (orphans == 0)
            return null;
        if (orphans > MostOrphans)
        {
            return $"More than {MostOrphans} photos in the object store have no prediction in the database, which is more than crashes "
                + "explain. Nothing was set aside. "
                + "If this is the wrong database, or an older copy of the right one, replace it with the right one.";
        }

        if (known == 0)
        {
            return $"The database has no prediction for any of the {orphans} photos in the object store. Nothing was set aside. "
                + "If this is the wrong database for these photos, replace it with the right one.";
        }

        var newestRow = Later(
            Later(null, (await predictions.FirstOrDefaultAsync(new NewestPrediction(), cancellationToken))?.Id),
            (await tombstones.FirstOrDefaultAsync(new NewestTombstone(), cancellationToken))?.Id
        );
        return newest <= newestRow + Tolerance
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{orphans} photos in the object store have no prediction in the database. The newest of them is from {newest:u}, "
                    + $"but the newest prediction is from {newestRow:u}: "
                    + $"this looks like an older copy of the database. Nothing was set aside. If you have a newer database, use that one."
            );
    }

    /// <summary>Returns when a version 7 id was created, UTC, to the millisecond.</summary>
    public static DateTimeOffset TimeOf(Guid id) =>
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(id.ToByteArray(bigEndian: true)) >> 16);

    /// <summary>Returns the later of a time and the time in a version 7 id; null if both are null.</summary>
    private static DateTimeOffset? Later(DateTimeOffset? time, Guid? id)
    {
        if (id is not { } value)
            return time;
        var made = TimeOf(value);
        return time > made ? time : made;
    }
}
