using System.Collections.Concurrent;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Makes the datasets hold what people decided. First it is planned in the database, then copied, then what is no longer right is removed: interrupted anywhere, the next run goes on, and a photo that
/// moves to another class is for a moment at both places, never at none.
/// </summary>
internal sealed class Collector(
    IObjectStore store,
    IRepository<AnnotationTask> tasks,
    IRepository<Domain.Feedback.Selection> selections,
    IRepository<Prediction> predictions,
    IRepository<CollectedImage> images,
    LoopBook loops,
    TimeProvider time,
    ILogger<Collector> logger
)
{
    private const int Batch = 100;
    private const int Copiers = 4;

    /// <param name="Copied">Photos copied into a dataset.</param>
    /// <param name="Removed">Photos removed from one.</param>
    /// <param name="Lost">Photos that are nowhere, and cannot be copied.</param>
    public sealed record Result(int Copied, int Removed, int Lost);

    /// <exception cref="StoreUnavailableException">The object store is away; what was done counts.</exception>
    public async Task<Result> RunAsync(Action step, CancellationToken cancellationToken)
    {
        while (await ConcurrentChangeException.RetryAsync(() => PlanAsync(cancellationToken)) > 0)
            tasks.Release();
        var (copied, lost) = await CopyAllAsync(step, cancellationToken);
        return new Result(copied, await RemoveAllAsync(cancellationToken), lost);
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

        await tasks.SaveChangesAsync(cancellationToken);
        return due.Count;
    }

    private async Task<(int Copied, int Lost)> CopyAllAsync(Action step, CancellationToken cancellationToken)
    {
        var (copied, lost) = (0, 0);
        Guid? after = null;
        while (await images.ListAsync(new ImagesToCopy(after, Batch), cancellationToken) is { Count: > 0 } batch)
        {
            after = batch[^1].Id;
            var photos = (
                await predictions.ListAsync(
                    new PredictionsWithIds([.. batch.Select(image => image.PredictionId).Distinct()]),
                    cancellationToken
                )
            ).ToDictionary(photo => photo.Id);
            var missing = new ConcurrentBag<CollectedImage>();
            var there = new ConcurrentBag<CollectedImage>();
            StoreUnavailableException? failure = null;
            try
            {
                await Parallel.ForEachAsync(
                    batch.Where(image => photos.TryGetValue(image.PredictionId, out var photo) && photo.ImageState != ImageState.Pending),
                    new ParallelOptions { MaxDegreeOfParallelism = Copiers, CancellationToken = cancellationToken },
                    async (image, token) => (await TryCopyAsync(image, photos[image.PredictionId], token) ? there : missing).Add(image)
                );
            }
            catch (StoreUnavailableException e)
            {
                // What was copied before counts.
                failure = e;
            }

            foreach (var image in there)
                image.MarkCopied();
            foreach (var image in missing)
            {
                image.MarkLost();
                logger.LogError(
                    "The photo of prediction {PredictionId} cannot be copied to {Bucket}: it is not in the object store",
                    image.PredictionId,
                    image.Bucket
                );
            }

            if (await SaveAsync([.. there, .. missing]))
                (copied, lost) = (copied + there.Count, lost + missing.Count);
            step();
            if (failure is not null)
                throw failure;
        }

        return (copied, lost);
    }

    private async Task<bool> TryCopyAsync(CollectedImage image, Prediction photo, CancellationToken cancellationToken)
    {
        try
        {
            await store.CopyAsync(PhotoKeeper.AddressOf(photo), AddressOf(image), cancellationToken);
            return true;
        }
        catch (NotFoundException)
        {
            return false;
        }
    }

    /// <returns>False when somebody got in between: then the next run looks again.</returns>
    private async Task<bool> SaveAsync(IReadOnlyList<CollectedImage> batch)
    {
        try
        {
            await images.SaveChangesAsync(CancellationToken.None);
            images.Release();
            return true;
        }
        catch (ConcurrentChangeException)
        {
            // Whoever erased a photo meanwhile may have looked for copies before this one was made.
            var left = (
                await predictions.ListAsync(
                    new PredictionsWithIds([.. batch.Select(image => image.PredictionId).Distinct()]),
                    CancellationToken.None
                )
            )
                .Select(photo => photo.Id)
                .ToHashSet();
            foreach (var image in batch.Where(image => !left.Contains(image.PredictionId)))
                await store.DeleteAsync(AddressOf(image), CancellationToken.None);
            return false;
        }
    }

    private async Task<int> RemoveAllAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        Guid? after = null;
        while (await images.ListAsync(new ImagesToRemove(after, Batch), cancellationToken) is { Count: > 0 } batch)
        {
            after = batch[^1].Id;
            foreach (var image in batch)
            {
                // People may have come back to what they said first.
                if (await images.CountAsync(new CurrentCopyAt(image.Bucket, image.PredictionId, image.ClassIndex), cancellationToken) == 0)
                    await store.DeleteAsync(AddressOf(image), cancellationToken);
                image.MarkRemoved();
            }

            if (await SaveAsync([]))
                removed += batch.Count;
        }

        return removed;
    }

    private static ObjectAddress AddressOf(CollectedImage image) => new(image.Bucket, image.ObjectKey);
}
