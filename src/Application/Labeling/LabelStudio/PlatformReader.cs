using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Reads the annotations of all tasks directly from the annotation platform. This is the second way for labels to arrive, besides the
/// objects that the platform writes.
/// </summary>
internal sealed class PlatformReader(
    IUnitOfWork work,
    IAnnotationPlatform platform,
    IObjectStore store,
    PhotoFinder photos,
    AnnotationImporter reader,
    IRepository<AnnotationTask> tasks,
    IRepository<ReadOutput> reads,
    Quarantine quarantine,
    ILogger<PlatformReader> logger
)
{
    private const int Batch = 200;

    /// <summary>The tasks and annotations found in a project.</summary>
    public sealed class Seen
    {
        /// <summary>Number of tasks with annotations, by the outcome of the latest annotation.</summary>
        public Dictionary<OutputOutcome, int> Outcomes { get; } = Enum.GetValues<OutputOutcome>().ToDictionary(outcome => outcome, _ => 0);

        /// <summary>Ids of the annotations whose objects were never read here, each with the id of its task.</summary>
        public Dictionary<long, long> Unread { get; } = [];

        /// <summary>The platform's task ids by our task ids.</summary>
        public Dictionary<Guid, List<long>> Tasks { get; } = [];

        /// <summary>Platform tasks that nobody has touched.</summary>
        public HashSet<long> Untouched { get; } = [];

        /// <summary>Platform tasks that the platform still links to the object they were created from.</summary>
        public HashSet<long> Linked { get; } = [];

        /// <summary>Platform tasks that somebody has touched and that the platform still asks others about.</summary>
        public HashSet<long> Asked { get; } = [];

        /// <summary>Ids of the annotations of each platform task that has any.</summary>
        public Dictionary<long, IReadOnlyList<long>> Annotations { get; } = [];

        /// <summary>Number of tasks read.</summary>
        public int Count { get; set; }

        /// <summary>Number of labels that were withdrawn.</summary>
        public int TakenBack { get; set; }

        /// <summary>Time of the latest change, UTC by the platform's clock; null when no task was found.</summary>
        public DateTimeOffset? To { get; set; }
    }

    /// <summary>Reads the tasks of a project and stores their annotations as labels.</summary>
    /// <param name="project">The project.</param>
    /// <param name="changedSince">Only tasks changed since this time, by the platform's clock; null for all.</param>
    /// <param name="step">Called after each page.</param>
    /// <param name="cancellationToken">Cancels the reading; pages that were read stay stored.</param>
    /// <exception cref="PlatformUnavailableException">The platform does not answer; pages that were read stay stored.</exception>
    public async Task<Seen> LookThroughAsync(
        AnnotationProject project,
        DateTimeOffset? changedSince,
        Action step,
        CancellationToken cancellationToken
    )
    {
        var seen = new Seen();
        await foreach (var page in platform.TasksAsync(project, changedSince, cancellationToken))
        {
            var ours = page.Select(task => (task, TaskIdIn(task))).ToList();
            foreach (var (task, ourId) in ours)
            {
                seen.Count++;
                seen.To = seen.To is null || task.ChangedAt > seen.To ? task.ChangedAt : seen.To;
                if (ourId is not { } id)
                    continue;
                if (!seen.Tasks.TryGetValue(id, out var numbers))
                    seen.Tasks[id] = numbers = [];
                numbers.Add(task.Id);
                if (task.IsUntouched)
                    seen.Untouched.Add(task.Id);
                else if (!task.IsLabelled)
                    seen.Asked.Add(task.Id);
                if (task.ObjectKey is not null)
                    seen.Linked.Add(task.Id);
            }

            var (outcomes, takenBack) = await work.RunStepAsync(
                (PlatformReader reader) => reader.TakeAsync(project.Loop, ours, cancellationToken)
            );
            foreach (var outcome in outcomes)
                seen.Outcomes[outcome]++;
            foreach (var number in takenBack)
                await RemoveOutputAsync(project.Loop, number, cancellationToken);
            seen.TakenBack += takenBack.Count;
            await RememberUnreadAsync(project.Loop, page, seen, cancellationToken);
            step();
        }

        return seen;
    }

    /// <summary>
    /// Deletes duplicate platform tasks, which the platform creates when it has forgotten an import. Of the tasks that show the same task
    /// of ours, those that nobody has touched are deleted. A task that the next sync would create again stays. Also tells the platform to
    /// ask no further annotators about tasks that are decided here; a skip decides nothing.
    /// </summary>
    /// <exception cref="PlatformUnavailableException">The platform does not answer.</exception>
    public async Task TidyAsync(AnnotationProject project, Seen seen, CancellationToken cancellationToken)
    {
        var interesting = seen
            .Tasks.Where(pair => pair.Value.Count > 1 || pair.Value.Exists(seen.Asked.Contains))
            .Select(pair => pair.Key)
            .ToList();
        var decided = new HashSet<Guid>();
        foreach (var chunk in interesting.Chunk(Batch))
            decided.UnionWith(
                (await tasks.ListAsync(new TasksWithIds(chunk), cancellationToken))
                    .Where(task => task.State is TaskState.Labelled or TaskState.Unusable)
                    .Select(task => task.Id)
            );
        var twins = interesting.SelectMany(id => TwinsOf(seen.Tasks[id], decided.Contains(id), seen)).ToList();
        if (twins.Count > 0)
        {
            await platform.RemoveAsync(project, twins, cancellationToken);
            logger.LogWarning("Label Studio, {Loop}: removed {Count} tasks that showed the same photo again", project.Loop, twins.Count);
        }

        await platform.SettleAsync([.. decided.SelectMany(id => seen.Tasks[id]).Where(seen.Asked.Contains)], cancellationToken);
    }

    private static IEnumerable<long> TwinsOf(List<long> all, bool isDecided, Seen seen)
    {
        var stays = all.Where(task => !seen.Untouched.Contains(task) || (!isDecided && seen.Linked.Contains(task))).ToHashSet();
        if (stays.Count == 0)
            stays.Add(all.Min());
        return all.Where(task => !stays.Contains(task));
    }

    /// <summary>
    /// Deletes the object that Label Studio wrote for an annotation that it has since deleted, and the object's copy in quarantine. The
    /// object names the annotator.
    /// </summary>
    private async Task RemoveOutputAsync(string loop, long annotation, CancellationToken cancellationToken)
    {
        var name = annotation.ToString(CultureInfo.InvariantCulture);
        await store.DeleteAsync(new ObjectAddress(Buckets.Labels, ExchangePlaces.OutputsOf(loop) + name), cancellationToken);
        await quarantine.ReleaseAsync($"{loop}/{name}", cancellationToken);
    }

    /// <returns>The number of annotations found that are in no object, because Label Studio failed to write them.</returns>
    public async Task<int> CountUnwrittenAsync(string loop, Seen seen, CancellationToken cancellationToken)
    {
        if (seen.Unread.Count == 0)
            return 0;
        var wanted = seen.Unread.SelectMany(pair => KeysOf(loop, pair.Key, pair.Value)).ToHashSet(StringComparer.Ordinal);
        var written = await store
            .ListAsync(Buckets.Labels, ExchangePlaces.OutputsOf(loop), cancellationToken)
            .Select(found => found.Key)
            .Where(wanted.Contains)
            .ToHashSetAsync(StringComparer.Ordinal, cancellationToken: cancellationToken);
        return seen.Unread.Count(pair => !KeysOf(loop, pair.Key, pair.Value).Any(written.Contains));
    }

    /// <summary>
    /// Deletes the objects that Label Studio wrote for all annotations of some of our tasks, with their copies in quarantine.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store is down; objects that were deleted before stay deleted.</exception>
    public async Task RemoveOutputsAsync(string loop, IEnumerable<Guid> ids, Seen seen, CancellationToken cancellationToken)
    {
        foreach (var task in ids.SelectMany(id => seen.Tasks.GetValueOrDefault(id) ?? []))
        {
            foreach (
                var key in (seen.Annotations.GetValueOrDefault(task) ?? [])
                    .SelectMany(annotation => KeysOf(loop, annotation, task))
                    .Distinct(StringComparer.Ordinal)
            )
            {
                await store.DeleteAsync(new ObjectAddress(Buckets.Labels, key), cancellationToken);
                await quarantine.ReleaseAsync(key[ExchangePlaces.Outputs.Length..], cancellationToken);
            }
        }
    }

    /// <summary>
    /// Remembers annotations whose objects were not read. Only these have to be looked for in the store, because the database lists the
    /// objects that were read.
    /// </summary>
    private async Task RememberUnreadAsync(string loop, IReadOnlyList<PlatformTask> page, Seen seen, CancellationToken cancellationToken)
    {
        var annotations = page.SelectMany(task =>
                Read(task).Select(annotation => annotation.AnnotationId).OfType<long>().Select(number => (Number: number, Task: task.Id))
            )
            .ToList();
        foreach (var task in annotations.GroupBy(pair => pair.Task, pair => pair.Number))
            seen.Annotations[task.Key] = [.. task];
        var known = (
            await reads.ListAsync(
                new ReadOutputs([.. annotations.SelectMany(pair => KeysOf(loop, pair.Number, pair.Task))]),
                cancellationToken
            )
        )
            .Select(row => row.Key)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var (number, task) in annotations.Where(pair => !KeysOf(loop, pair.Number, pair.Task).Any(known.Contains)))
            seen.Unread[number] = task;
    }

    /// <summary>
    /// Returns the keys under which an annotation may be written: its own id, or its task's id on platforms that write whole tasks.
    /// </summary>
    private static IEnumerable<string> KeysOf(string loop, long annotation, long task)
    {
        var folder = ExchangePlaces.OutputsOf(loop);
        yield return string.Create(CultureInfo.InvariantCulture, $"{folder}{annotation}");
        yield return string.Create(CultureInfo.InvariantCulture, $"{folder}{task}.json");
    }

    private async Task<(IReadOnlyList<OutputOutcome> Outcomes, IReadOnlyList<long> TakenBack)> TakeAsync(
        string loop,
        IReadOnlyList<(PlatformTask Task, Guid? Id)> page,
        CancellationToken cancellationToken
    )
    {
        var read = page.Select(pair => (pair.Task, pair.Id, Annotations: Read(pair.Task))).ToList();
        // Tasks without annotations are included, because their annotations may have been deleted.
        var named = await photos.FindAsync(
            read.SelectMany(task => task.Annotations)
                .SelectMany(annotation => annotation.Photo)
                .Concat(page.Select(task => task.Id).OfType<Guid>().Select(id => id.ToString())),
            cancellationToken
        );
        await reader.PrepareAsync(named, read.SelectMany(task => task.Annotations), cancellationToken);
        var outcomes = new List<OutputOutcome>();
        var takenBack = new List<long>();
        foreach (var (task, ourId, annotations) in read)
        {
            // Deleted annotations come first, because an earlier decision of the same person counts again after them.
            if (ourId is { } id && named.GetValueOrDefault(id.ToString()) is { } photo)
                takenBack.AddRange(
                    reader.TakeBack(
                        loop,
                        photo,
                        task.MadeAt,
                        task.ChangedAt,
                        annotations.Select(annotation => annotation.AnnotationId).OfType<long>().ToHashSet()
                    )
                );
            if (annotations.Count > 0)
                outcomes.Add((await reader.KeepAsync(loop, file: null, annotations, known: null, cancellationToken)).Outcome);
        }

        return (outcomes, takenBack);
    }

    private IReadOnlyList<Annotation> Read(PlatformTask task)
    {
        try
        {
            return OutputFile.ReadTask(task.Content);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            logger.LogWarning("Task {Task} of Label Studio cannot be read: {Reason}", task.Id, e.Message);
            return [];
        }
    }

    private static Guid? TaskIdIn(PlatformTask task) =>
        task.Content.TryGetProperty("data", out var data)
        && data.ValueKind == System.Text.Json.JsonValueKind.Object
        && data.TryGetProperty("task_id", out var id)
        && id.ValueKind == System.Text.Json.JsonValueKind.String
        && Guid.TryParseExact(id.GetString(), "D", out var found)
            ? found
            : null;
}
