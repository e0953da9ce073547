using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Deletes the labelling data of a photo. When another copy of the photo is left, its task shows that copy. Otherwise the task is deleted
/// with its labels, also in Label Studio, and with the record of who has read the answer. Copies in datasets are deleted with the photo.
/// </summary>
internal sealed class LabelingErasure(
    ITaskFinder finder,
    IKnownAnswers known,
    IRepository<AnnotationTask> tasks,
    IRepository<HumanLabel> labels,
    IRepository<CollectedImage> images,
    IRepository<TaskRecall> recalls,
    IRepository<SeenAnswer> seen,
    IRepository<PlantedAnswer> planted,
    TimeProvider time
) : IPredictionErasure
{
    public async Task<DeletionReport> EraseAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken)
    {
        var orphans = new List<AnnotationTask>();
        var others = await finder.OtherCopiesAsync(predictionIds, cancellationToken);
        foreach (var task in await tasks.ListAsync(new TasksShowing(predictionIds), cancellationToken))
        {
            if (others.TryGetValue(task.Id, out var other))
                task.ShowCopy(other);
            else
                orphans.Add(task);
        }

        Guid[] ended = [.. orphans.Select(task => task.Id)];
        var gone = await labels.ListAsync(new EveryLabelOfTasks(ended), cancellationToken);
        foreach (var label in gone)
            labels.Remove(label);
        foreach (var answer in await planted.ListAsync(new PlantedAnswersOf(ended), cancellationToken))
            planted.Remove(answer);
        foreach (var task in orphans)
        {
            tasks.Remove(task);
            if (task.IsOnPlatform)
                recalls.Add(TaskRecall.Of(task, time.GetUtcNow()));
        }

        var copies = (await images.ListAsync(new CollectedOf(predictionIds), cancellationToken))
            .Where(image => image.State != CollectedState.Removed)
            .ToList();
        foreach (var image in copies.Where(image => image.State != CollectedState.Superseded))
            image.Supersede();
        await ForgetReadersAsync(predictionIds, cancellationToken);
        return new DeletionReport
        {
            Files = new DeletedFiles { DatasetCopies = copies.Count },
            Tasks = orphans.Count,
            Labels = gone.Count,
            LabelStudioTasks = orphans.Count(task => task.IsOnPlatform),
        };
    }

    public async Task<ILookup<Guid, ObjectAddress>> ObjectsOfAsync(
        IReadOnlyCollection<Guid> predictionIds,
        CancellationToken cancellationToken
    ) =>
        (await images.ListAsync(new CollectedOf(predictionIds), cancellationToken)).ToLookup(
            image => image.PredictionId,
            image => new ObjectAddress(image.Bucket, image.ObjectKey)
        );

    /// <summary>Deletes the record of who has read the answers, or moves it to another copy of the photo when one is left.</summary>
    private async Task ForgetReadersAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken)
    {
        if (await seen.ListAsync(new SeenAnswersIn(predictionIds), cancellationToken) is not { Count: > 0 } rows)
            return;
        var copies = await known.OtherCopiesAsync(predictionIds, cancellationToken);
        foreach (var row in rows)
        {
            if (copies.TryGetValue(row.PhotoSha256, out var copy))
                row.MoveTo(copy);
            else
                seen.Remove(row);
        }
    }

    public async Task ForgetObjectsAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken)
    {
        foreach (var image in await images.ListAsync(new CollectedOf(predictionIds), cancellationToken))
            images.Remove(image);
    }
}
