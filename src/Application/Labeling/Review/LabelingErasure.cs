using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// A task shows another copy of the photo when there is one; else it goes, with what people said, also from Label Studio. Copies in datasets go with the photo.
/// </summary>
internal sealed class LabelingErasure(
    IRepository<AnnotationTask> tasks,
    IRepository<HumanLabel> labels,
    IRepository<Selection> selections,
    IRepository<CollectedImage> images,
    IRepository<TaskRecall> recalls,
    IObjectStore store,
    TimeProvider time
) : IPredictionErasure
{
    public async Task EraseAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken)
    {
        var orphans = new List<AnnotationTask>();
        foreach (var task in await tasks.ListAsync(new TasksShowing(predictionIds), cancellationToken))
        {
            var copies = await selections.ListAsync(new SelectedCopies(task.Loop, task.PhotoSha256), cancellationToken);
            if (copies.FirstOrDefault(copy => !predictionIds.Contains(copy.PredictionId)) is { } other)
                task.ShowCopy(other.PredictionId);
            else
                orphans.Add(task);
        }

        foreach (var label in await labels.ListAsync(new LabelsOfTasks([.. orphans.Select(task => task.Id)]), cancellationToken))
            labels.Remove(label);
        foreach (var task in orphans)
        {
            tasks.Remove(task);
            if (task.IsOnPlatform)
                recalls.Add(TaskRecall.Of(task, time.GetUtcNow()));
        }

        foreach (
            var image in (await images.ListAsync(new CollectedOf(predictionIds), cancellationToken)).Where(image =>
                image.State is not (CollectedState.Superseded or CollectedState.Removed)
            )
        )
            image.Supersede();
    }

    public async Task RemoveObjectsAsync(Guid predictionId, CancellationToken cancellationToken)
    {
        foreach (var image in await images.ListAsync(new CollectedOf([predictionId]), cancellationToken))
        {
            await store.DeleteAsync(new ObjectAddress(image.Bucket, image.ObjectKey), cancellationToken);
            images.Remove(image);
        }

        await images.SaveChangesAsync(cancellationToken);
    }
}
