using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Writes the objects of tasks for Label Studio, and removes objects that it should not import again. The next run continues an interrupted
/// one.
/// </summary>
internal sealed class TaskPublisher(
    IUnitOfWork work,
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

    /// <summary>Writes an object for each open task of a loop that has none. Concurrent runs write the same content.</summary>
    /// <returns>The number of objects written.</returns>
    /// <exception cref="PlatformUnavailableException">Tasks cannot link to photos in a way that Label Studio can open.</exception>
    /// <exception cref="StoreUnavailableException">A store is down; objects that were written stay.</exception>
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
            published += await work.RunStepAsync((TaskPublisher publisher) => publisher.WriteAsync(loop, ids, cancellationToken));
            step();
        }

        return published;
    }

    /// <summary>
    /// Removes the objects of decided tasks, so that nobody is asked again after the platform has lost its own list. The platform's tasks
    /// stay.
    /// </summary>
    /// <returns>The number of objects removed.</returns>
    /// <exception cref="StoreUnavailableException">A store is down.</exception>
    public async Task<int> RetireAsync(CancellationToken cancellationToken)
    {
        var retired = 0;
        while (await work.RunStepAsync((TaskPublisher step) => step.RetireBatchAsync(cancellationToken)) is > 0 and var some)
            retired += some;
        return retired;
    }

    /// <summary>
    /// Compares a loop's objects with its tasks: marks missing objects to be written again, and deletes objects of tasks that nobody has to
    /// answer any more.
    /// </summary>
    /// <param name="loop">Name of the loop.</param>
    /// <param name="objects">Ids of the tasks that have an object in the loop's folder. The method removes the ids that it matches.</param>
    /// <param name="cancellationToken">Cancels the comparison.</param>
    /// <returns>The number of missing objects.</returns>
    public async Task<int> ReconcileAsync(string loop, HashSet<Guid> objects, CancellationToken cancellationToken)
    {
        var missing = 0;
        Guid? after = null;
        while (await tasks.ListAsync(new TasksWithObject(loop, after, Batch), cancellationToken) is { Count: > 0 } batch)
        {
            after = batch[^1].Id;
            var lost = batch.Where(task => !objects.Remove(task.Id)).Select(task => task.Id).ToList();
            if (lost.Count > 0)
                missing += await work.RunStepAsync((TaskPublisher step) => step.LoseObjectsAsync(lost, cancellationToken));
        }

        foreach (var chunk in objects.Chunk(Batch))
        {
            // An object with an unknown task belongs to another program, so it stays.
            foreach (
                var task in (await tasks.ListAsync(new TasksWithIds(chunk), cancellationToken)).Where(task =>
                    !task.IsUnanswered && !task.HasObject && task.Loop == loop
                )
            )
                await store.DeleteAsync(TaskFile.AddressOf(loop, task.Id), cancellationToken);
        }

        return missing;
    }

    private async Task<int> LoseObjectsAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var rows = (await tasks.ListAsync(new TasksToChange(ids), cancellationToken)).Where(task => task.HasObject).ToList();
        foreach (var row in rows)
            row.LoseObject();
        return rows.Count;
    }

    private async Task<int> WriteAsync(Loop loop, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var batch = (await tasks.ListAsync(new TasksToChange(ids), cancellationToken))
            .Where(task =>
                task is { IsUnanswered: true, HasObject: false, IsRecallDue: false } && (task.LeasedTo is null || task.LeaseUntil <= now)
            )
            .ToList();
        var photos = (
            await predictions.ListAsync(new PredictionsOfIds([.. batch.Select(task => task.PredictionId).Distinct()]), cancellationToken)
        ).ToDictionary(photo => photo.Id);
        var files = new List<(AnnotationTask Task, byte[] Content)>();
        foreach (var task in batch)
        {
            // The photo was deleted after the tasks were read: its task was deleted too, or shows another copy now.
            if (!photos.TryGetValue(task.PredictionId, out var photo))
                continue;
            var byPlace = options.Value.ImageLinks == ImageLinks.Object && !task.IsBlind;
            // Label Studio can open only photos that are already in the object store.
            if (byPlace && photo.ImageState != ImageState.Stored)
                continue;
            var image = byPlace ? platform.PlaceOf(PhotoStorage.AddressOf(photo)) : await LinkAsync(task, cancellationToken);
            files.Add((task, TaskFile.Write(task, photo, loop.Strategy.Lab, image)));
        }

        work.AfterRollback(() => RemoveUnknownAsync(loop.Name, [.. files.Select(file => file.Task.Id)]));
        await Parallel.ForEachAsync(
            files,
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken },
            async (file, token) =>
                await store.PutAsync(TaskFile.AddressOf(loop.Name, file.Task.Id), file.Content, "application/json", token)
        );
        foreach (var (task, _) in files)
            task.Publish(now);
        return files.Count;
    }

    /// <summary>
    /// Removes the objects of tasks that were deleted while their objects were written. Otherwise the objects would stay, and Label Studio
    /// would show a deleted photo.
    /// </summary>
    private async Task RemoveUnknownAsync(string loop, IReadOnlyList<Guid> ids)
    {
        var left = (await tasks.ListAsync(new TasksWithIds(ids), CancellationToken.None)).Select(task => task.Id).ToHashSet();
        foreach (var id in ids.Where(id => !left.Contains(id)))
            await store.DeleteAsync(TaskFile.AddressOf(loop, id), CancellationToken.None);
    }

    private async Task<string> LinkAsync(AnnotationTask task, CancellationToken cancellationToken)
    {
        // A prediction's id lets anybody read the model's answer from the lab's routes.
        var link = await links.AddressOfAsync(new MediaLink(task.IsBlind ? task.Id : task.PredictionId), cancellationToken);
        return link.StartsWith("http", StringComparison.Ordinal)
            ? link
            : throw new PlatformUnavailableException(
                "Tasks cannot be published to Label Studio, because GourmetGram:PublicUrl is not set. Set it to the address at which "
                    + "annotators' browsers reach this server."
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

        return batch.Count;
    }
}
