using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Labeling;

/// <summary>Writes the objects of tasks that Label Studio hands out, and removes those that it should not take in again. Interrupted anywhere, the next run goes on.</summary>
internal sealed class TaskPublisher(
    IObjectStore store,
    IAnnotationPlatform platform,
    IMediaLinks links,
    IRepository<AnnotationTask> tasks,
    IRepository<Prediction> predictions,
    IOptions<LabelingOptions> options,
    TimeProvider time
)
{
    private const int Batch = 100;
    private const int Writers = 4;

    /// <summary>Writes an object for each open task of a loop that has none. Of two that do at once, both write the same.</summary>
    /// <returns>How many were written.</returns>
    /// <exception cref="PlatformUnavailableException">Photos cannot be named so that Label Studio finds them.</exception>
    /// <exception cref="StoreUnavailableException">A store is away; what was written counts.</exception>
    public async Task<int> PublishAsync(Loop loop, Action step, CancellationToken cancellationToken)
    {
        var published = 0;
        Guid? after = null;
        while (
            await tasks.ListAsync(new TasksToPublish(loop.Name, time.GetUtcNow(), after, Batch), cancellationToken) is { Count: > 0 } batch
        )
        {
            after = batch[^1].Id;
            var ids = batch.Select(task => task.Id).ToList();
            tasks.Release();
            published += await ConcurrentChangeException.RetryAsync(() => WriteAsync(loop, ids, cancellationToken));
            tasks.Release();
            step();
        }

        return published;
    }

    /// <summary>Removes the objects of tasks that are decided, so that nobody is asked again after the platform has lost its own list. What it holds stays there.</summary>
    /// <returns>How many were removed.</returns>
    /// <exception cref="StoreUnavailableException">A store is away.</exception>
    public async Task<int> RetireAsync(CancellationToken cancellationToken)
    {
        var retired = 0;
        while (await ConcurrentChangeException.RetryAsync(() => RetireBatchAsync(cancellationToken)) is > 0 and var some)
        {
            tasks.Release();
            retired += some;
        }

        return retired;
    }

    /// <summary>Compares a loop's objects with its tasks: objects that somebody removed are written again, those of decided tasks go.</summary>
    /// <param name="loop">Name of the loop.</param>
    /// <param name="keys">Keys of all objects in the loop's folder.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many objects were missing.</returns>
    public async Task<int> ReconcileAsync(string loop, IReadOnlySet<string> keys, CancellationToken cancellationToken)
    {
        var missing = 0;
        var standing = new HashSet<Guid>();
        Guid? after = null;
        while (await tasks.ListAsync(new TasksWithObject(loop, after, Batch), cancellationToken) is { Count: > 0 } batch)
        {
            after = batch[^1].Id;
            standing.UnionWith(batch.Select(task => task.Id));
            var lost = batch.Where(task => !keys.Contains(TaskFile.AddressOf(loop, task.Id).Key)).Select(task => task.Id).ToList();
            if (lost.Count == 0)
                continue;
            missing += await ConcurrentChangeException.RetryAsync(async () =>
            {
                tasks.Release();
                var rows = (await tasks.ListAsync(new TasksToChange(lost), cancellationToken)).Where(task => task.HasObject).ToList();
                foreach (var row in rows)
                    row.LoseObject();
                await tasks.SaveChangesAsync(cancellationToken);
                return rows.Count;
            });
        }

        foreach (var chunk in keys.Select(TaskFile.TaskIn).OfType<Guid>().Where(id => !standing.Contains(id)).Chunk(Batch))
        {
            // An object whose task is not known here is somebody else's.
            foreach (
                var task in (await tasks.ListAsync(new TasksWithIds(chunk), cancellationToken)).Where(task =>
                    !task.IsOpen && !task.HasObject && task.Loop == loop
                )
            )
                await store.DeleteAsync(TaskFile.AddressOf(loop, task.Id), cancellationToken);
        }

        return missing;
    }

    private async Task<int> WriteAsync(Loop loop, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        tasks.Release();
        var now = time.GetUtcNow();
        var batch = (await tasks.ListAsync(new TasksToChange(ids), cancellationToken))
            .Where(task =>
                task is { State: TaskState.Created, HasObject: false, IsRecallDue: false }
                && (task.LeasedTo is null || task.LeaseUntil <= now)
            )
            .ToList();
        var photos = (
            await predictions.ListAsync(new PredictionsOfIds([.. batch.Select(task => task.PredictionId).Distinct()]), cancellationToken)
        ).ToDictionary(photo => photo.Id);
        var files = new List<(AnnotationTask Task, byte[] Content)>();
        foreach (var task in batch)
        {
            var photo = photos[task.PredictionId];
            var byPlace = options.Value.ImageLinks == ImageLinks.Object && !task.IsBlind;
            // Label Studio finds by its place only what is there.
            if (byPlace && photo.ImageState != ImageState.Stored)
                continue;
            var image = byPlace ? platform.PlaceOf(PhotoKeeper.AddressOf(photo)) : await LinkAsync(photo, cancellationToken);
            files.Add((task, TaskFile.Write(task, photo, loop.Strategy.Lab, image)));
        }

        await Parallel.ForEachAsync(
            files,
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken },
            async (file, token) =>
                await store.PutAsync(TaskFile.AddressOf(loop.Name, file.Task.Id), file.Content, "application/json", token)
        );
        foreach (var (task, _) in files)
            task.Publish(now);
        await tasks.SaveChangesAsync(CancellationToken.None);
        return files.Count;
    }

    private async Task<string> LinkAsync(Prediction photo, CancellationToken cancellationToken)
    {
        var link = await links.AddressOfAsync(new MediaLink(photo.Id), cancellationToken);
        return link.StartsWith("http", StringComparison.Ordinal)
            ? link
            : throw new PlatformUnavailableException(
                "Tasks cannot be given to Label Studio: without GourmetGram:PublicUrl nobody there could see the photos. Set it to the address under which annotators' browsers reach this server."
            );
    }

    private async Task<int> RetireBatchAsync(CancellationToken cancellationToken)
    {
        var batch = await tasks.ListAsync(new DecidedTasksWithObject(Batch), cancellationToken);
        foreach (var task in batch)
        {
            await store.DeleteAsync(TaskFile.AddressOf(task.Loop, task.Id), cancellationToken);
            task.RetireObject();
        }

        await tasks.SaveChangesAsync(CancellationToken.None);
        return batch.Count;
    }
}
