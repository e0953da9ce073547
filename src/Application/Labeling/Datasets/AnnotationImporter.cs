using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>Makes labels of annotations that other programs wrote, a batch at a time: what one annotation adds, the next one sees before it is saved. The caller saves.</summary>
internal sealed class AnnotationDesk(
    IRepository<Tombstone> tombstones,
    IRepository<Selection> selections,
    IRepository<AnnotationTask> tasks,
    IRepository<HumanLabel> labels,
    IRepository<Annotator> annotators,
    IRepository<AnnotationProject> projects,
    LoopBook loops,
    SamplingKeys keys,
    TimeProvider time
)
{
    private Dictionary<string, Prediction?> photos = [];
    private Dictionary<string, Loop> byName = [];
    private Dictionary<(string Loop, string Photo), AnnotationTask> asked = [];
    private Dictionary<Guid, List<HumanLabel>> said = [];
    private Dictionary<string, Annotator> people = [];
    private HashSet<string> telling = [];
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
        asked = (
            await tasks.ListAsync(
                new TasksOfPhotos([
                    .. named.Values.OfType<Prediction>().Select(photo => photo.Photo.UploadSha256).Distinct(StringComparer.Ordinal),
                ]),
                cancellationToken
            )
        ).ToDictionary(task => (task.Loop, task.PhotoSha256));
        said = (await labels.ListAsync(new LabelsOfTasks([.. asked.Values.Select(task => task.Id)]), cancellationToken))
            .GroupBy(label => label.TaskId)
            .ToDictionary(group => group.Key, group => group.ToList());
        byName = (await loops.AllAsync(cancellationToken)).ToDictionary(loop => loop.Name, StringComparer.Ordinal);
        telling = (await projects.ListAsync(new AllProjects(), cancellationToken))
            .Where(project => project.ShowsAnswer)
            .Select(project => project.Loop)
            .ToHashSet(StringComparer.Ordinal);
        people = (await annotators.ListAsync(new AllAnnotators(), cancellationToken)).ToDictionary(
            annotator => annotator.Person,
            StringComparer.Ordinal
        );
        order = await keys.CurrentAsync(cancellationToken);
    }

    /// <summary>Takes the annotations of one file or task, the oldest first.</summary>
    /// <param name="name">Name of the loop.</param>
    /// <param name="file">Key of the file; null where the annotation platform was asked itself, which knows what is there now.</param>
    /// <param name="annotations">What it says; at least one.</param>
    /// <param name="known">When what was read of this file before was changed; null when nothing was.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What came of the latest.</returns>
    public async Task<Result> KeepAsync(
        string name,
        string? file,
        IReadOnlyList<Annotation> annotations,
        DateTimeOffset? known,
        CancellationToken cancellationToken
    )
    {
        Result? last = null;
        foreach (var annotation in annotations.OrderBy(annotation => annotation.UpdatedAt))
            last = await KeepAsync(name, file, annotation, known, cancellationToken);
        return last!;
    }

    /// <summary>Takes back the labels of a task in the annotation platform that are there no more. A platform that lost its database made the task after they were given: they stay.</summary>
    /// <param name="name">Name of the loop.</param>
    /// <param name="photo">The photo that the task shows.</param>
    /// <param name="madeAt">When the platform made the task, UTC.</param>
    /// <param name="changedAt">When it was last changed as it was seen, UTC: what was said since is not known to be gone.</param>
    /// <param name="left">Numbers of the annotations that are there.</param>
    /// <returns>How many were taken back.</returns>
    public int TakeBack(string name, Prediction photo, DateTimeOffset madeAt, DateTimeOffset changedAt, IReadOnlySet<long> left)
    {
        if (!asked.TryGetValue((name, photo.Photo.UploadSha256), out var task) || !said.TryGetValue(task.Id, out var all))
            return 0;
        var gone = all.Where(label =>
                label.EndedAt is null
                && label.Source == LabelSource.LabelStudio
                && label.CreatedAt >= madeAt
                && label.CreatedAt <= changedAt
                && NumberIn(label.ExternalId) is { } number
                && !left.Contains(number)
            )
            .ToList();
        foreach (var label in gone)
            label.Withdraw(time.GetUtcNow());
        if (gone.Count > 0)
            task.Conclude(all, time.GetUtcNow());
        return gone.Count;
    }

    private async Task<Result> KeepAsync(
        string name,
        string? file,
        Annotation annotation,
        DateTimeOffset? known,
        CancellationToken cancellationToken
    )
    {
        if (annotation.Fault is not null)
            return new Result(OutputOutcome.Invalid, annotation.Fault);
        if (!byName.TryGetValue(name, out var loop))
            return new Result(OutputOutcome.Invalid, $"There is no loop '{name}'.");
        if (known > annotation.UpdatedAt)
            return new Result(OutputOutcome.Superseded);
        if (annotation.Photo.Select(text => photos.GetValueOrDefault(text)).FirstOrDefault(photo => photo is not null) is not { } photo)
            return await ExplainMissingAsync(annotation, cancellationToken);
        if (annotation.Class is not { } chosen)
            return Decide(file, annotation, loop, photo, index: null);
        return photo.Model.FindClass(chosen) is { } label
            ? Decide(file, annotation, loop, photo, label.Index)
            : new Result(OutputOutcome.Invalid, $"There is no class '{chosen}'. The classes are: {string.Join(", ", photo.Model.Labels)}.");
    }

    private async Task<Result> ExplainMissingAsync(Annotation annotation, CancellationToken cancellationToken)
    {
        foreach (var id in annotation.Photo.Select(PhotoFinder.IdIn).OfType<Guid>())
        {
            if (await tombstones.FirstOrDefaultAsync(new TombstoneById(id), cancellationToken) is not null)
                return new Result(OutputOutcome.Superseded, "The photo was erased.", IsErased: true);
        }

        return new Result(
            OutputOutcome.Invalid,
            annotation.Photo.Count == 0 ? "Its task names no photo." : $"There is no photo {annotation.Photo[^1]}."
        );
    }

    private Result Decide(string? file, Annotation annotation, Loop loop, Prediction photo, int? index)
    {
        var isLab = annotation.AnnotationId is null;
        var showedAnswer = annotation.ShowedAnswer || (!isLab && telling.Contains(loop.Name));
        var task = TaskOf(loop, photo, showedAnswer);
        if (!said.TryGetValue(task.Id, out var all))
            said[task.Id] = all = [];
        var externalId = isLab ? $"Lab/{file}" : ExternalIdOf(loop.Name, annotation.AnnotationId!.Value);
        var person = isLab ? externalId : Name($"LabelStudio:{annotation.Person ?? "?"}", annotation.PersonName);
        var latest = all.Where(label => label.ExternalId == externalId).MaxBy(label => (label.CreatedAt, label.Id));
        if (latest is { EndedAt: null } && latest.ClassIndex == index)
            return new Result(OutputOutcome.AlreadyProcessed);
        if (IsOld(annotation, latest, isThere: file is null))
            return new Result(latest!.EndedAt is null ? OutputOutcome.Superseded : OutputOutcome.AlreadyProcessed);
        // Somebody who pressed twice has two annotations: the newer one counts, whichever is read first.
        if (
            all.Any(label =>
                label.EndedAt is null && label.Person == person && label.ExternalId != externalId && annotation.UpdatedAt < label.CreatedAt
            )
        )
            return new Result(OutputOutcome.Superseded);
        var now = time.GetUtcNow();
        var decidedAt = annotation.UpdatedAt is { } updated && updated < now ? updated : now;
        // The same annotation, changed, perhaps by another person.
        if (latest is { EndedAt: null })
            latest.Supersede(now);
        var label = task.Decide(
            person,
            isLab ? LabelSource.Lab : LabelSource.LabelStudio,
            index,
            all,
            decidedAt,
            annotation.Took,
            annotation.Note,
            externalId,
            showedAnswer: showedAnswer
        );
        labels.Add(label);
        all.Add(label);
        return new Result(index is null ? OutputOutcome.Skipped : OutputOutcome.Labelled);
    }

    /// <summary>Whether what an annotation says was known before; the database keeps milliseconds.</summary>
    private static bool IsOld(Annotation annotation, HumanLabel? latest, bool isThere) =>
        latest is not null
        && annotation.UpdatedAt is { } updated
        && updated.ToUnixTimeMilliseconds().CompareTo(latest.CreatedAt.ToUnixTimeMilliseconds()) is var order
        // One that was taken back and is there all the same counts again.
        && (order < 0 || (order == 0 && latest.EndedAt is not null && !(isThere && latest.End == LabelEnd.Withdrawn)));

    private static string ExternalIdOf(string loop, long annotation) =>
        string.Create(CultureInfo.InvariantCulture, $"LabelStudio/{loop}/{annotation}");

    private static long? NumberIn(string? externalId) =>
        externalId is not null
        && long.TryParse(
            externalId.AsSpan(externalId.LastIndexOf('/') + 1),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;

    /// <summary>Keeps what a person is called.</summary>
    private string Name(string person, string? name)
    {
        if (name is null)
            return person;
        if (!people.TryGetValue(person, out var known))
            annotators.Add(people[person] = Annotator.Met(person, name));
        else if (known.Name != name)
            known.Rename(name);
        return person;
    }

    /// <summary>The task that the annotation answers. What was selected elsewhere (by a lab, say) gets a line in the ledger, and a task that is blind only if the screen was.</summary>
    private AnnotationTask TaskOf(Loop loop, Prediction photo, bool showedAnswer)
    {
        var of = (loop.Name, photo.Photo.UploadSha256);
        if (asked.TryGetValue(of, out var task))
            return task;
        var settings = loop.Row.Current with { IsBlind = loop.Row.IsBlind && !showedAnswer };
        var selection = Selection.ByRule(photo, loop.Strategy, settings, "labelled elsewhere", order!, time.GetUtcNow());
        selection.MarkTasked();
        selections.Add(selection);
        task = AnnotationTask.For(selection, settings, time.GetUtcNow());
        tasks.Add(task);
        return asked[of] = task;
    }
}
