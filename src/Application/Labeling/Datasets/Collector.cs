using System.Collections.Concurrent;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Updates the datasets to what people decided. A run plans copies in the database, copies photos, then removes outdated copies. The next
/// run continues an interrupted one. A photo that moves to another class is briefly in both places, but never in neither.
/// </summary>
internal sealed class Collector(
    IUnitOfWork work,
    IObjectStore store,
    IRepository<AnnotationTask> tasks,
    IRepository<Domain.Feedback.Selection> selections,
    IRepository<Prediction> predictions,
    IRepository<CollectedImage> images,
    LoopCatalogue loops,
    TimeProvider time,
    ILogger<Collector> logger
)
{
    private const int Batch = 100;
    private const int Copiers = 4;

    /// <summary>This many failures in a row mean that the store is down, not that single photos are broken.</summary>
    private const int MostFailures = 4;

    /// <param name="Copied">Photos copied into a dataset.</param>
    /// <param name="Removed">Photos removed from a dataset.</param>
    /// <param name="Missing">Photos found to be missing, which cannot be copied now.</param>
    public sealed record Result(int Copied, int Removed, int Missing);

    /// <exception cref="StoreUnavailableException">Some photos could not be copied, or too many are missing; finished work is
    /// kept.</exception>
    public async Task<Result> RunAsync(Action step, CancellationToken cancellationToken)
    {
        while (await work.RunStepAsync((Collector step) => step.PlanAsync(cancellationToken)) > 0)
        {
            // Repeats until no decided task is left to plan.
        }

        var (copied, missing) = await CopyAllAsync(step, cancellationToken);
        return new Result(copied, await RemoveAllAsync(cancellationToken), missing);
    }

    private async Task<int> PlanAsync(CancellationToken cancellationToken)
    {
        var due = await tasks.ListAsync(new TasksWithDueOutput(Batch), cancellationToken);
        if (due.Count == 0)
            return 0;
        var buckets = (await loops.AllAsync(cancellationToken)).ToDictionary(
            loop => loop.Name,
            loop => loop.Row.Bucket,
            StringComparer.Ordinal
        );
        foreach (var group in due.GroupBy(task => task.Loop, StringComparer.Ordinal))
        {
            var byPhoto = group.ToDictionary(task => task.PhotoSha256, StringComparer.Ordinal);
            var copies = (await selections.ListAsync(new SelectedCopiesOf(group.Key, byPhoto.Keys), cancellationToken)).ToDictionary(
                selection => selection.PredictionId,
                selection => byPhoto[selection.PhotoSha256]
            );
            var photos = await predictions.ListAsync(new PredictionsWithIds(copies.Keys), cancellationToken);
            var current = (await images.ListAsync(new CurrentCopies(group.Key, copies.Keys), cancellationToken)).ToLookup(image =>
                image.PredictionId
            );
            foreach (var photo in photos)
            {
                var wanted = copies[photo.Id].ClassIndex;
                var isThere = false;
                foreach (var image in current[photo.Id])
                {
                    if (image.ClassIndex == wanted)
                        isThere = true;
                    else
                        image.Supersede();
                }

                if (wanted is { } index && !isThere)
                    images.Add(
                        CollectedImage.Plan(photo, group.Key, buckets.GetValueOrDefault(group.Key, group.Key), index, time.GetUtcNow())
                    );
            }

            foreach (var task in group)
                task.MarkOutputPlanned();
        }

        return due.Count;
    }

    private async Task<(int Copied, int Missing)> CopyAllAsync(Action step, CancellationToken cancellationToken)
    {
        var (copied, examined) = (0, 0);
        var missing = new List<Guid>();
        StoreUnavailableException? failure = null;
        var isAway = false;
        Guid? after = null;
        while (!isAway && await images.ListAsync(new ImagesToCopy(after, Batch), cancellationToken) is { Count: > 0 } batch)
        {
            after = batch[^1].Id;
            var done = await CopyAsync(batch, cancellationToken);
            (failure, isAway) = (failure ?? done.Failure, done.IsAway);
            examined += done.There.Count + done.Gone.Count;
            missing.AddRange(done.Gone.Where(image => image.State == CollectedState.Pending).Select(image => image.Id));
            if (done.There.Count > 0)
            {
                var (marked, orphans) = await work.RunStepAsync(
                    (Collector collector) => collector.MarkCopiedAsync([.. done.There.Select(image => image.Id)])
                );
                copied += marked;
                foreach (var image in done.There.Where(image => orphans.Contains(image.Id)))
                    await store.DeleteAsync(AddressOf(image), CancellationToken.None);
            }

            step();
        }

        if (failure is not null)
            throw new StoreUnavailableException($"Not all photos could be copied to their datasets: {failure.Message}", failure);
        MissingPhotos.RequireFew(missing.Count, examined);
        var unmarked = 0;
        foreach (var batch in missing.Chunk(Batch))
            unmarked += await work.RunStepAsync((Collector collector) => collector.MarkMissingAsync(batch));
        return (copied, unmarked);
    }

    /// <param name="There">Photos that were copied.</param>
    /// <param name="Gone">Photos that the object store does not have.</param>
    /// <param name="Failure">The first failure; null when nothing failed.</param>
    /// <param name="IsAway">Whether the rest of the batch was skipped because the store is down.</param>
    private sealed record Done(
        IReadOnlyCollection<CollectedImage> There,
        IReadOnlyCollection<CollectedImage> Gone,
        StoreUnavailableException? Failure,
        bool IsAway
    );

    private async Task<Done> CopyAsync(IReadOnlyList<CollectedImage> batch, CancellationToken cancellationToken)
    {
        var photos = (
            await predictions.ListAsync(
                new PredictionsWithIds([.. batch.Select(image => image.PredictionId).Distinct()]),
                cancellationToken
            )
        ).ToDictionary(photo => photo.Id);
        var (there, gone, failed) = (
            new ConcurrentBag<CollectedImage>(),
            new ConcurrentBag<CollectedImage>(),
            new ConcurrentBag<StoreUnavailableException>()
        );
        var failures = 0;
        try
        {
            await Parallel.ForEachAsync(
                batch.Where(image => photos.TryGetValue(image.PredictionId, out var photo) && photo.ImageState != ImageState.Pending),
                new ParallelOptions { MaxDegreeOfParallelism = Copiers, CancellationToken = cancellationToken },
                async (image, token) =>
                {
                    try
                    {
                        (await TryCopyAsync(image, photos[image.PredictionId], token) ? there : gone).Add(image);
                        Interlocked.Exchange(ref failures, 0);
                    }
                    catch (StoreUnavailableException e)
                    {
                        failed.Add(e);
                        if (Interlocked.Increment(ref failures) >= MostFailures)
                            throw;
                    }
                }
            );
        }
        catch (StoreUnavailableException e)
        {
            // Photos that were copied before the failure still count.
            return new Done(there, gone, e, IsAway: true);
        }

        return new Done(there, gone, failed.FirstOrDefault(), IsAway: false);
    }

    private async Task<bool> TryCopyAsync(CollectedImage image, Prediction photo, CancellationToken cancellationToken)
    {
        try
        {
            await store.CopyAsync(PhotoStorage.AddressOf(photo), AddressOf(image), cancellationToken);
        }
        catch (NotFoundException)
        {
            return false;
        }

        var copy = await store.FindAsync(AddressOf(image), cancellationToken);
        return copy?.Size == photo.Photo.StoredBytes
            ? true
            : throw new StoreUnavailableException(
                $"The copy {AddressOf(image)} has {copy?.Size ?? 0} bytes, but the photo has {photo.Photo.StoredBytes}."
            );
    }

    /// <summary>Marks rows as copied. A photo whose decision changed meanwhile is left to the next run.</summary>
    /// <returns>The number of marked rows, and the copies whose photo was deleted meanwhile. That deletion may have run before the copy
    /// existed, so the caller deletes these copies.</returns>
    private async Task<(int Copied, IReadOnlySet<Guid> Orphans)> MarkCopiedAsync(IReadOnlyCollection<Guid> there)
    {
        var rows = await images.ListAsync(new CollectedWithIds(there), CancellationToken.None);
        var left = (
            await predictions.ListAsync(
                new PredictionsWithIds([.. rows.Select(image => image.PredictionId).Distinct()]),
                CancellationToken.None
            )
        )
            .Select(photo => photo.Id)
            .ToHashSet();
        var orphans = there.Except(rows.Where(image => left.Contains(image.PredictionId)).Select(image => image.Id)).ToHashSet();
        var copied = 0;
        foreach (var image in rows.Where(image => image.State is CollectedState.Pending or CollectedState.Missing))
        {
            image.MarkCopied();
            copied++;
        }

        return (copied, orphans);
    }

    /// <returns>The number of marked rows. A photo whose decision changed meanwhile is left to the next run.</returns>
    private async Task<int> MarkMissingAsync(IReadOnlyCollection<Guid> missing)
    {
        var marked = 0;
        foreach (
            var image in (await images.ListAsync(new CollectedWithIds(missing), CancellationToken.None)).Where(image =>
                image.State == CollectedState.Pending
            )
        )
        {
            image.MarkMissing();
            marked++;
            work.AfterCommit(() =>
                logger.LogError(
                    "The photo of prediction {PredictionId} cannot be copied to {Bucket}: it is not in the object store. Each run tries "
                        + "again",
                    image.PredictionId,
                    image.Bucket
                )
            );
        }

        return marked;
    }

    private async Task<int> RemoveAllAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        while (await work.RunStepAsync((Collector step) => step.RemoveAsync(cancellationToken)) is > 0 and var some)
            removed += some;
        return removed;
    }

    private async Task<int> RemoveAsync(CancellationToken cancellationToken)
    {
        var batch = await images.ListAsync(new ImagesToRemove(Batch), cancellationToken);
        if (batch.Count == 0)
            return 0;
        // A decision may have changed back to the first class, so the copy to remove may be needed again.
        var wanted = (
            await images.ListAsync(new WantedCopiesOf([.. batch.Select(image => image.PredictionId).Distinct()]), cancellationToken)
        )
            .Select(AddressOf)
            .ToHashSet();
        foreach (var image in batch)
        {
            if (!wanted.Contains(AddressOf(image)))
                await store.DeleteAsync(AddressOf(image), cancellationToken);
            image.MarkRemoved();
        }

        return batch.Count;
    }

    private static ObjectAddress AddressOf(CollectedImage image) => new(image.Bucket, image.ObjectKey);
}
