using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>Finds the labels of photos: a label belongs to all copies of its photo.</summary>
internal sealed class LabelledPhotos(IRepository<AnnotationTask> tasks, IRepository<HumanLabel> labels) : ILabelledPhotos
{
    public async Task<IReadOnlySet<Guid>> FindAsync(IReadOnlyCollection<Prediction> predictions, CancellationToken cancellationToken)
    {
        string[] photos = [.. predictions.Select(prediction => prediction.Photo.UploadSha256).Distinct(StringComparer.Ordinal)];
        var found = await tasks.ListAsync(new TasksOfPhotos(photos), cancellationToken);
        var labelled = (await labels.ListAsync(new LabelsOfTasks([.. found.Select(task => task.Id)]), cancellationToken))
            .Select(label => label.TaskId)
            .ToHashSet();
        var kept = found.Where(task => labelled.Contains(task.Id)).Select(task => task.PhotoSha256).ToHashSet(StringComparer.Ordinal);
        return predictions
            .Where(prediction => kept.Contains(prediction.Photo.UploadSha256))
            .Select(prediction => prediction.Id)
            .ToHashSet();
    }
}
