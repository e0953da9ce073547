using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Checks whether the object store belongs to this database, by an id that both store. A database and a store that have no id yet are
/// linked once, if the store has no photos of another database.
/// </summary>
internal sealed class StoreOwnership(
    IUnitOfWork work,
    IObjectStore store,
    IRepository<Installation> installations,
    IRepository<Prediction> predictions,
    TimeProvider time,
    ILogger<StoreOwnership> logger
)
{
    private const string Cure =
        "Correct the ObjectStore or Database settings. To use this store with this database from now on, run 'gourmetgram storage adopt'.";

    /// <summary>Ids per database query.</summary>
    private const int Batch = 500;

    private const string Differs = $"The object store and the database belong to different installations. {Cure}";

    /// <summary>Most photos checked before the search for one that the database knows is given up.</summary>
    private const int MostPhotos = 20_000;

    /// <summary>Compares the ids, and links database and store if one of them has none.</summary>
    /// <returns>Null if the store belongs to this database; otherwise a sentence that says what is wrong and what to do.</returns>
    /// <exception cref="StoreUnavailableException">The database or the store does not respond.</exception>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        var ours = (await installations.FirstOrDefaultAsync(new TheInstallation(), cancellationToken))?.Id;
        var stores = await ReadAsync(cancellationToken);
        if (ours is not null && stores is not null)
            return ours == stores ? null : Differs;
        var (hasPhotos, knowsSome) = await LookAsync(cancellationToken);
        // With a file store, the photos are in the data directory beside the database, so a restored database without an id belongs to
        // them.
        if (stores is not null && hasPhotos && !(knowsSome && store.IsExclusive))
            return $"The object store belongs to an installation that the database does not know. {Cure}";
        if (hasPhotos && !knowsSome)
            return $"The object store contains photos, but the database has no prediction for any of them. {Cure}";
        if (stores is null && !hasPhotos && await predictions.FirstOrDefaultAsync(new NewestPrediction(), cancellationToken) is not null)
            logger.LogWarning(
                "The object store has no photos, although the database has predictions. If it is the wrong store, stop the server and "
                    + "correct the ObjectStore settings"
            );
        return await JoinAsync(stores, cancellationToken);
    }

    /// <summary>
    /// Links this database and this store under a new id. Other databases that used the store, and other stores that this database used,
    /// are refused from now on.
    /// </summary>
    /// <returns>The new id.</returns>
    public async Task<Guid> AdoptAsync(CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await work.RunStepAsync((StoreOwnership step) => step.ChangeAsync(id, cancellationToken));
        await store.PutAsync(Buckets.Installation, StoreOwner.Write(id), "application/json", cancellationToken);
        return id;
    }

    private Task<Guid?> ReadAsync(CancellationToken cancellationToken) => StoreOwner.ReadAsync(store, cancellationToken);

    /// <summary>Copies the id from the side that has one to the other. If this is interrupted, the next start continues.</summary>
    private async Task<string?> JoinAsync(Guid? stores, CancellationToken cancellationToken)
    {
        var id = await work.RunStepAsync(
            (StoreOwnership step) => step.EnsureAsync(stores ?? Guid.CreateVersion7(time.GetUtcNow()), cancellationToken)
        );
        if (stores is null && await store.TryPutAsync(Buckets.Installation, StoreOwner.Write(id), "application/json", cancellationToken))
            logger.LogInformation("The database and the object store now belong to installation {Installation}", id);
        return await ReadAsync(cancellationToken) == id ? null : Differs;
    }

    private async Task<Guid> EnsureAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await installations.FirstOrDefaultAsync(new TheInstallation(), cancellationToken) is { } known)
            return known.Id;
        installations.Add(Installation.Join(id, time.GetUtcNow()));
        return id;
    }

    private async Task<Guid> ChangeAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await installations.FirstOrDefaultAsync(new TheInstallation(), cancellationToken) is { } known)
            known.Change(id, time.GetUtcNow());
        else
            installations.Add(Installation.Join(id, time.GetUtcNow()));
        return id;
    }

    /// <summary>Checks whether the store has photos of predictions, and whether this database knows any of them.</summary>
    private async Task<(bool HasPhotos, bool KnowsSome)> LookAsync(CancellationToken cancellationToken)
    {
        var hasPhotos = false;
        var ids = store
            .ListAsync(Classify.Bucket, prefix: "", cancellationToken)
            .Select(found => PhotoName.PredictionOf(found.Key))
            // The lab's photos have random ids and belong to no database until they are imported.
            .Where(id => id is { Version: 7 })
            .Take(MostPhotos)
            .Chunk(Batch);
        await foreach (var batch in ids.WithCancellation(cancellationToken))
        {
            hasPhotos = true;
            if (await predictions.CountAsync(new PredictionsWithIds([.. batch.OfType<Guid>()]), cancellationToken) > 0)
                return (hasPhotos, KnowsSome: true);
        }

        return (hasPhotos, KnowsSome: false);
    }
}
