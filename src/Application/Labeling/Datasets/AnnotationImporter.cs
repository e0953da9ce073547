using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Creates labels from annotations that other programs wrote, one batch at a time within a step. Later annotations of a batch see the
/// changes of earlier ones before the commit.
/// </summary>
internal sealed class AnnotationImporter(
    IRepository<Tombstone> tombstones,
    IRepository<Selection> selections,
    IRepository<AnnotationTask> tasks,
    IRepository<HumanLabel> labels,
    IRepository<Annotator> annotators,
    IRepository<AnnotationProject> projects,
    IRepository<TaskRecall> recalls,
    IKnownAnswers knownAnswers,
    LoopCatalogue loops,
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
    private IReadOnlyDictionary<string, Actor> accounts = new Dictionary<string, Actor>(StringComparer.Ordinal);
    private IReadOnlyDictionary<(Actor Person, string Photo), DateTimeOffset> answersSeen =
        new Dictionary<(Actor Person, string Photo), DateTimeOffset>();
    private KeyedOrder? order;

    /// <param name="Outcome">The outcome of the annotation.</param>
    /// <param name="Reason">The reason for the outcome; null when there is nothing to explain.</param>
    /// <param name="IsErased">Whether the annotation's photo was deleted here.</param>
    /// <param name="Awaits">What is missing now and may arrive later, see <see cref="ReadOutput.Awaits"/>.</param>
    public sealed record Result(OutputOutcome Outcome, string? Reason = null, bool IsErased = false, string? Awaits = null);

    /// <summary>Loads the rows that a batch of annotations needs.</summary>
    /// <param name="named">The predictions, by the text with which annotations name them; null where no prediction was found.</param>
    /// <param name="annotations">The annotations.</param>
    /// <param name="cancellationToken">Cancels the loading.</param>
    public async Task PrepareAsync(
        Dictionary<string, Prediction?> named,
        IEnumerable<Annotation> annotations,
        CancellationToken cancellationToken
    )
    {
        photos = named;
        var hashes = named.Values.OfType<Prediction>().Select(photo => photo.Photo.UploadSha256).Distinct(StringComparer.Ordinal).ToList();
        await PrepareAccountsAsync([.. annotations.Select(annotation => annotation.Email).OfType<string>()], hashes, cancellationToken);
        asked = (await tasks.ListAsync(new TasksOfPhotos(hashes), cancellationToken)).ToDictionary(task => (task.Loop, task.PhotoSha256));
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

    /// <summary>Loads the annotators' accounts on this server, and since when each account has known the model's answers.</summary>
    private async Task PrepareAccountsAsync(
        IReadOnlyCollection<string> emails,
        IReadOnlyCollection<string> hashes,
        CancellationToken cancellationToken
    )
    {
        accounts =
            emails.Count == 0
                ? new Dictionary<string, Actor>(StringComparer.Ordinal)
                : await knownAnswers.AccountsAsync(emails, cancellationToken);
        answersSeen =
            accounts.Count == 0
                ? new Dictionary<(Actor Person, string Photo), DateTimeOffset>()
                : await knownAnswers.SinceAsync([.. accounts.Values.Distinct()], hashes, cancellationToken);
    }

    /// <summary>Stores the annotations of one file or task as labels, oldest first.</summary>
    /// <param name="name">Name of the loop.</param>
    /// <param name="file">Key of the file; null when the annotations were read from the annotation platform, which knows the current
    /// ones.</param>
    /// <param name="annotations">The annotations; at least one.</param>
    /// <param name="known">When the last stored content of this file was changed; null when the file was not read before.</param>
    /// <param name="cancellationToken">Cancels the import.</param>
    /// <returns>The result of the latest annotation.</returns>
    public async Task<Result> KeepAsync(
        string name,
        string? file,
        IReadOnlyList<Annotation> annotations,
        DateTimeOffset? known,
        CancellationToken cancellationToken
    )
    {
        Result? last = null;
        // When one person has several annotations, only the newest can count again after it was superseded or withdrawn.
        var newest = annotations
            .GroupBy(annotation => annotation.Person, StringComparer.Ordinal)
            .Select(group => group.MaxBy(annotation => annotation.UpdatedAt))
            .ToHashSet();
        foreach (var annotation in annotations.OrderBy(annotation => annotation.UpdatedAt))
            last = await KeepAsync(name, file, annotation, known, isThere: file is null && newest.Contains(annotation), cancellationToken);
        return last!;
    }

    /// <summary>
    /// Withdraws the labels of a platform task whose annotations were deleted there. Labels older than the platform's task stay, because a
    /// platform that lost its database creates the task again without their annotations.
    /// </summary>
    /// <param name="name">Name of the loop.</param>
    /// <param name="photo">The photo that the task shows.</param>
    /// <param name="madeAt">When the platform created the task, UTC.</param>
    /// <param name="changedAt">When the task was last changed, as the platform reported it, UTC. Later labels stay, because the report does
    /// not cover them.</param>
    /// <param name="left">Ids of the annotations that still exist.</param>
    /// <returns>Ids of the annotations whose labels were withdrawn.</returns>
    public IReadOnlyList<long> TakeBack(
        string name,
        Prediction photo,
        DateTimeOffset madeAt,
        DateTimeOffset changedAt,
        IReadOnlySet<long> left
    )
    {
        if (!asked.TryGetValue((name, photo.Photo.UploadSha256), out var task) || !said.TryGetValue(task.Id, out var all))
            return [];
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
        return [.. gone.Select(label => NumberIn(label.ExternalId)!.Value)];
    }

    private async Task<Result> KeepAsync(
        string name,
        string? file,
        Annotation annotation,
        DateTimeOffset? known,
        bool isThere,
        CancellationToken cancellationToken
    )
    {
        if (annotation.Fault is not null)
            return new Result(OutputOutcome.Invalid, annotation.Fault);
        if (!byName.TryGetValue(name, out var loop))
            return new Result(OutputOutcome.Invalid, $"There is no loop '{name}'.", Awaits: "");
        if (known > annotation.UpdatedAt)
            return new Result(OutputOutcome.Superseded);
        if (annotation.Photo.Select(text => photos.GetValueOrDefault(text)).FirstOrDefault(photo => photo is not null) is not { } photo)
            return await ExplainMissingAsync(annotation, cancellationToken);
        if (annotation.Choice is not { } chosen)
            return Decide(file, annotation, loop, photo, answer: null, isThere);
        return AnswerChoices.Read(chosen, photo.Model) is { } answer
            ? Decide(file, annotation, loop, photo, answer, isThere)
            : new Result(OutputOutcome.Invalid, $"There is no class '{chosen}'. The classes are: {string.Join(", ", photo.Model.Labels)}.");
    }

    private async Task<Result> ExplainMissingAsync(Annotation annotation, CancellationToken cancellationToken)
    {
        foreach (var id in annotation.Photo.Select(PhotoFinder.IdIn).OfType<Guid>())
        {
            if (await tombstones.FirstOrDefaultAsync(new TombstoneById(id), cancellationToken) is not null)
                return new Result(OutputOutcome.Superseded, "The photo was deleted.", IsErased: true);
            // A blind task's data contains only the task's id, and no prediction's.
            if (await recalls.FirstOrDefaultAsync(new RecallsWithIds([id]), cancellationToken) is not null)
                return new Result(OutputOutcome.Superseded, "The photo was deleted.", IsErased: true);
        }

        return annotation.Photo.Count == 0
            ? new Result(OutputOutcome.Invalid, "The task does not identify a photo.")
            : new Result(OutputOutcome.Invalid, $"There is no photo {annotation.Photo[^1]}.", Awaits: string.Join('\n', annotation.Photo));
    }

    private Result Decide(string? file, Annotation annotation, Loop loop, Prediction photo, Answer? answer, bool isThere)
    {
        var isLab = annotation.AnnotationId is null;
        var showedAnswer = annotation.ShowedAnswer || (!isLab && telling.Contains(loop.Name));
        var task = TaskOf(loop, photo, showedAnswer);
        if (!said.TryGetValue(task.Id, out var all))
            said[task.Id] = all = [];
        var externalId = isLab ? $"Lab/{file}" : ExternalIdOf(loop.Name, annotation.AnnotationId!.Value);
        var person = isLab ? externalId : Name($"LabelStudio:{annotation.Person ?? "?"}", annotation.PersonName);
        var latest = all.Where(label => label.ExternalId == externalId).MaxBy(label => (label.CreatedAt, label.Id));
        var account = annotation.Email is { } email ? accounts.GetValueOrDefault(email) : null;
        if (latest is { EndedAt: null } && latest.Answer == answer)
        {
            // The task list of the platform may be read before the files, and does not say which annotators have an account here.
            if (latest.IsBlind && KnewAnswer(account, task, all, latest.CreatedAt))
            {
                latest.MarkAnswerSeen();
                task.ConcludeBlind(all);
            }

            return new Result(OutputOutcome.AlreadyProcessed);
        }

        var isSilent = !all.Exists(label => label.EndedAt is null && label.Person == person);
        if (IsOld(annotation, latest, isThere && isSilent))
            return new Result(latest!.EndedAt is null ? OutputOutcome.Superseded : OutputOutcome.AlreadyProcessed);
        // A person who submitted twice has two annotations. The newer one counts, in whichever order they are read.
        if (
            all.Any(label =>
                label.EndedAt is null && label.Person == person && label.ExternalId != externalId && annotation.UpdatedAt < label.CreatedAt
            )
        )
            return new Result(OutputOutcome.Superseded);
        // The loop asks for more votes since this photo was decided. Further votes do not change the decision.
        if (isSilent && task.State is (TaskState.Labelled or TaskState.Unusable) && loop.Row.Votes > task.Votes)
            return new Result(OutputOutcome.Superseded);
        var now = time.GetUtcNow();
        var decidedAt = annotation.UpdatedAt is { } updated && updated < now ? updated : now;
        // The same annotation was changed, perhaps by another person.
        if (latest is { EndedAt: null })
            latest.Supersede(now);
        var label = task.Decide(
            person,
            isLab ? LabelSource.Lab : LabelSource.LabelStudio,
            answer,
            all,
            decidedAt,
            annotation.Took,
            annotation.Note,
            externalId,
            sawAnswer: LabelsElsewhere(task, person).Any(other => other.ShowedAnswer && other.CreatedAt <= decidedAt)
                || KnewAnswer(account, task, all, decidedAt),
            showedAnswer: showedAnswer
        );
        labels.Add(label);
        all.Add(label);
        if (showedAnswer)
        {
            // Annotations may be read in another order than they were made: the person's later labels on this photo were not blind either.
            foreach (var later in LabelsElsewhere(task, person).Where(other => other.IsBlind && other.CreatedAt > decidedAt).ToList())
            {
                later.MarkAnswerSeen();
                asked.Values.Single(other => other.Id == later.TaskId).ConcludeBlind(said[later.TaskId]);
            }
        }

        return new Result(answer is null ? OutputOutcome.Skipped : OutputOutcome.Labelled);
    }

    /// <summary>
    /// Returns whether an annotator's account on this server knew the photo before: from the record of seen answers, or from labels on the
    /// review page.
    /// </summary>
    private bool KnewAnswer(Actor? account, AnnotationTask task, List<HumanLabel> all, DateTimeOffset decidedAt)
    {
        if (account is null)
            return false;
        if (answersSeen.TryGetValue((account, task.PhotoSha256), out var since) && since <= decidedAt)
            return true;
        var person = account.ToString();
        return LabelsElsewhere(task, person)
            .Concat(all.Where(label => label.Person == person && label.AnswerKind is not null))
            .Any(label => label.CreatedAt <= decidedAt);
    }

    /// <summary>Returns a person's labels on the same photo in other loops.</summary>
    private IEnumerable<HumanLabel> LabelsElsewhere(AnnotationTask task, string person) =>
        asked
            .Values.Where(other => other.PhotoSha256 == task.PhotoSha256 && other != task)
            .SelectMany(other => said.GetValueOrDefault(other.Id) ?? [])
            .Where(label => label.Person == person);

    /// <summary>
    /// Returns whether an annotation's content was already known. Times are compared in milliseconds, because the database stores no more.
    /// </summary>
    private static bool IsOld(Annotation annotation, HumanLabel? latest, bool isThere) =>
        latest is not null
        && annotation.UpdatedAt is { } updated
        && updated.ToUnixTimeMilliseconds().CompareTo(latest.CreatedAt.ToUnixTimeMilliseconds()) is var order
        // An ended label whose annotation still exists counts again, unless the person has a newer label that counts.
        && (order < 0 || (order == 0 && latest.EndedAt is not null && !isThere));

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

    /// <summary>Stores an annotator's name.</summary>
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

    /// <summary>
    /// Finds or creates the task that the annotation answers. A photo that was selected elsewhere (for example by a lab) gets a selection
    /// row, and a task that is blind only if the annotator's screen was.
    /// </summary>
    private AnnotationTask TaskOf(Loop loop, Prediction photo, bool showedAnswer)
    {
        var of = (loop.Name, photo.Photo.UploadSha256);
        if (asked.TryGetValue(of, out var task))
            return task;
        var settings = loop.Row.Current with { IsBlind = loop.Row.IsBlind && !showedAnswer };
        var selection = Selection.ByRule(photo, loop.Strategy, settings, "labelled elsewhere", order!, time.GetUtcNow(), isSure: false);
        selection.MarkTasked();
        selections.Add(selection);
        task = AnnotationTask.For(selection, settings, time.GetUtcNow());
        tasks.Add(task);
        return asked[of] = task;
    }
}
