using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Removes deleted photos from dataset versions, which keep the hashes of their rows. When the photo's labels stay because a loop selected
/// another copy, the version shows that copy. The manifests in the object store are written again by job <c>build-dataset</c>.
/// </summary>
internal sealed class DatasetErasure(
    ITaskFinder finder,
    IKnownAnswers known,
    IRepository<AnnotationTask> tasks,
    IRepository<Prediction> predictions,
    IRepository<DatasetVersion> versions,
    IRepository<DatasetItem> items,
    IRepository<PhotoExclusion> exclusions,
    IRepository<RegisteredModel> models,
    TimeProvider time
) : IPredictionErasure
{
    public async Task<DeletionReport> EraseAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken)
    {
        var affected = await items.ListAsync(new ItemsOfPredictions(predictionIds), cancellationToken);
        var excluded = await exclusions.ListAsync(new ExclusionsOfPredictions(predictionIds), cancellationToken);
        if (affected.Count + excluded.Count == 0)
            return DeletionReport.Nothing;
        var copies = await known.OtherCopiesAsync(predictionIds, cancellationToken);
        var shown = await CopiesWithLabelsAsync(predictionIds, cancellationToken);
        foreach (var item in affected)
        {
            if (shown.GetValueOrDefault(item.StoredSha256) is { } copy)
                item.ShowCopy(copy);
            else
                item.Delete(time.GetUtcNow());
        }

        var used = await versions.ListAsync(
            new VersionsOfBuilds([.. affected.Select(item => item.VersionId).Distinct()]),
            cancellationToken
        );
        foreach (var version in used.Where(version => version.State == DatasetState.Ready))
            version.MarkManifestDue();

        foreach (var exclusion in excluded)
        {
            if (copies.TryGetValue(exclusion.UploadSha256, out var copy))
                exclusion.MoveTo(copy);
            else
                exclusions.Remove(exclusion);
        }

        var contents = used.Select(version => version.ContentId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return new DeletionReport
        {
            DatasetVersions = [.. used.Select(version => version.Number).OfType<int>().Order()],
            Models = [.. (await models.ListAsync(new ModelsTrainedOn(contents), cancellationToken)).Select(model => model.Version)],
        };
    }

    /// <summary>Returns the copies that the tasks of deleted predictions show from now on, by their stored hash.</summary>
    private async Task<Dictionary<string, Guid?>> CopiesWithLabelsAsync(
        IReadOnlyCollection<Guid> predictionIds,
        CancellationToken cancellationToken
    )
    {
        var others = await finder.OtherCopiesAsync(predictionIds, cancellationToken);
        var decided = (await tasks.ListAsync(new TasksShowing(predictionIds), cancellationToken)).Where(task =>
            task.State == TaskState.Labelled
        );
        var ids = decided.Select(task => others.GetValueOrDefault(task.Id)).ToHashSet();
        return (await predictions.ListAsync(new PredictionsWithIds(ids), cancellationToken))
            .GroupBy(copy => copy.Photo.StoredSha256, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => (Guid?)group.Min(copy => copy.Id), StringComparer.Ordinal);
    }
}
