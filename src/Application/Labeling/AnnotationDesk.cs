using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>Makes labels of annotations that other programs wrote, a batch at a time: what one annotation adds, the next one sees before it is saved. The caller saves.</summary>
internal sealed class AnnotationDesk(
    IRepository<Tombstone> tombstones, IRepository<Selection> selections, IRepository<AnnotationTask> tasks, IRepository<HumanLabel> labels, LoopBook loops, SamplingKeys keys, TimeProvider time)
{
    private Dictionary<string, Prediction?> photos = [];
    private Dictionary<string, Loop> byName = [];
    private Dictionary<(string Loop, string Photo), AnnotationTask> asked = [];
    private Dictionary<Guid, List<HumanLabel>> said = [];
    private KeyedOrder? order;

    /// <param name="Outcome">What came of it.</param>
    /// <param name="Reason">Why; null when there is nothing to explain.</param>
    /// <param name="IsErased">Whether its photo was erased here.</param>
    public sealed record Result(OutputOutcome Outcome, string? Reason = null, bool IsErased = false);

    /// <summary>Begins a batch.</summary>
    /// <param name="named">The predictions that the annotations name, by what they name them with; null where there is none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task PrepareAsync(Dictionary<string, Prediction?> named, CancellationToken cancellationToken)
    {
        photos = named;
        asked = (await tasks.ListAsync(new TasksOfPhotos([.. named.Values.OfType<Prediction>().Select(photo => photo.Photo.UploadSha256).Distinct(StringComparer.Ordinal)]), cancellationToken))
            .ToDictionary(task => (task.Loop, task.PhotoSha256));
        said = (await labels.ListAsync(new LabelsOfTasks([.. asked.Values.Select(task => task.Id)]), cancellationToken)).GroupBy(label => label.TaskId).ToDictionary(group => group.Key, group => group.ToList());
        byName = (await loops.AllAsync(cancellationToken)).ToDictionary(loop => loop.Name, StringComparer.Ordinal);
        order = await keys.CurrentAsync(cancellationToken);
    }

    /// <summary>Takes the annotations of one file, the oldest first.</summary>
    /// <param name="key">The file: <c>output/{loop}/…</c>.</param>
    /// <param name="annotations">What it says; at least one.</param>
    /// <param name="known">When what was read of this file before was changed; null when nothing was.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What came of the latest.</returns>
    public async Task<Result> KeepAsync(string key, IReadOnlyList<Annotation> annotations, DateTimeOffset? known, CancellationToken cancellationToken)
    {
        Result? last = null;
        foreach (var annotation in annotations.OrderBy(annotation => annotation.UpdatedAt))
            last = await KeepAsync(key, annotation, known, cancellationToken);
        return last!;
    }

    private async Task<Result> KeepAsync(string key, Annotation annotation, DateTimeOffset? known, CancellationToken cancellationToken)
    {
        if (annotation.Fault is not null)
            return new Result(OutputOutcome.Invalid, annotation.Fault);
        if (!byName.TryGetValue(key.Split('/')[1], out var loop))
            return new Result(OutputOutcome.Invalid, $"There is no loop '{key.Split('/')[1]}'.");
        if (known > annotation.UpdatedAt)
            return new Result(OutputOutcome.Superseded);
        if (annotation.Photo.Select(name => photos.GetValueOrDefault(name)).FirstOrDefault(photo => photo is not null) is not { } photo)
            return await ExplainMissingAsync(annotation, cancellationToken);
        if (annotation.Class is not { } name)
            return Decide(key, annotation, loop, photo, index: null);
        return photo.Model.FindClass(name) is { } label
            ? Decide(key, annotation, loop, photo, label.Index)
            : new Result(OutputOutcome.Invalid, $"There is no class '{name}'. The classes are: {string.Join(", ", photo.Model.Labels)}.");
    }

    private async Task<Result> ExplainMissingAsync(Annotation annotation, CancellationToken cancellationToken)
    {
        foreach (var id in annotation.Photo.Select(OutputDesk.IdIn).OfType<Guid>())
        {
            if (await tombstones.FirstOrDefaultAsync(new TombstoneById(id), cancellationToken) is not null)
                return new Result(OutputOutcome.Superseded, "The photo was erased.", IsErased: true);
        }

        return new Result(OutputOutcome.Invalid, annotation.Photo.Count == 0 ? "Its task names no photo." : $"There is no photo {annotation.Photo[^1]}.");
    }

    private Result Decide(string key, Annotation annotation, Loop loop, Prediction photo, int? index)
    {
        var task = TaskOf(loop, photo, annotation);
        if (!said.TryGetValue(task.Id, out var all))
            said[task.Id] = all = [];
        var isLab = annotation.AnnotationId is null;
        var externalId = isLab ? $"Lab/{key}" : $"LabelStudio/{loop.Name}/{annotation.AnnotationId}";
        var current = all.FirstOrDefault(label => label.ExternalId == externalId && label.EndedAt is null);
        if (current is not null && current.ClassIndex == index)
            return new Result(OutputOutcome.AlreadyProcessed);
        var now = time.GetUtcNow();
        var decidedAt = annotation.UpdatedAt is { } updated && updated < now ? updated : now;
        // The same annotation, changed, perhaps by another person.
        current?.Supersede(now);
        var label = task.Decide(
            isLab ? externalId : $"LabelStudio:{annotation.Person ?? "?"}", isLab ? LabelSource.Lab : LabelSource.LabelStudio, index, all, decidedAt, annotation.Took, annotation.Note, externalId,
            showedAnswer: annotation.ShowedAnswer);
        labels.Add(label);
        all.Add(label);
        return new Result(index is null ? OutputOutcome.Skipped : OutputOutcome.Labelled);
    }

    /// <summary>The task that the annotation answers. What was selected elsewhere (by a lab, say) gets a line in the ledger, and a task that is blind only if the screen was.</summary>
    private AnnotationTask TaskOf(Loop loop, Prediction photo, Annotation annotation)
    {
        var of = (loop.Name, photo.Photo.UploadSha256);
        if (asked.TryGetValue(of, out var task))
            return task;
        var settings = loop.Row.Current with { IsBlind = loop.Row.IsBlind && !annotation.ShowedAnswer };
        var selection = Selection.ByRule(photo, loop.Strategy, settings, "labelled elsewhere", order!, time.GetUtcNow());
        selection.MarkTasked();
        selections.Add(selection);
        task = AnnotationTask.For(selection, settings, time.GetUtcNow());
        tasks.Add(task);
        return asked[of] = task;
    }
}
