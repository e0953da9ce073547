using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Labeling;

/// <summary>Looks through the tasks that the annotation platform holds, and takes what people said there: the second way in for labels, beside the objects that the platform writes.</summary>
internal sealed class PlatformDesk(
    IAnnotationPlatform platform,
    IObjectStore store,
    PhotoFinder photos,
    AnnotationDesk desk,
    IRepository<HumanLabel> labels,
    ILogger<PlatformDesk> logger
)
{
    /// <summary>What was seen.</summary>
    public sealed class Seen
    {
        /// <summary>How many annotations had which outcome.</summary>
        public Dictionary<OutputOutcome, int> Outcomes { get; } = Enum.GetValues<OutputOutcome>().ToDictionary(outcome => outcome, _ => 0);

        /// <summary>Numbers of the annotations, with those of their tasks.</summary>
        public Dictionary<long, long> Annotations { get; } = [];

        /// <summary>The platform's numbers of our tasks.</summary>
        public Dictionary<Guid, List<long>> Tasks { get; } = [];

        /// <summary>Keys of the objects that tasks were made of.</summary>
        public HashSet<string> Keys { get; } = new(StringComparer.Ordinal);

        /// <summary>Tasks looked at.</summary>
        public int Count { get; set; }

        /// <summary>Labels that were taken back.</summary>
        public int TakenBack { get; set; }

        /// <summary>The latest change, UTC by the platform's clock; null when nothing was seen.</summary>
        public DateTimeOffset? To { get; set; }
    }

    /// <summary>Looks through a project.</summary>
    /// <param name="project">The project.</param>
    /// <param name="changedSince">Only tasks changed since, by the platform's clock; null for all.</param>
    /// <param name="step">Called after each page.</param>
    /// <param name="cancellationToken">Ends it; what was taken counts.</param>
    /// <exception cref="PlatformUnavailableException">The platform does not answer; what was taken counts.</exception>
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
                if (task.ObjectKey is not null)
                    seen.Keys.Add(task.ObjectKey);
                if (ourId is not { } id)
                    continue;
                if (!seen.Tasks.TryGetValue(id, out var numbers))
                    seen.Tasks[id] = numbers = [];
                numbers.Add(task.Id);
            }

            var (outcomes, takenBack) = await ConcurrentChangeException.RetryAsync(() =>
                TakeAsync(project.Loop, ours, seen, cancellationToken)
            );
            labels.Release();
            foreach (var outcome in outcomes)
                seen.Outcomes[outcome]++;
            seen.TakenBack += takenBack;
            step();
        }

        return seen;
    }

    /// <returns>How many of the annotations that were seen stand in no object: their writing failed.</returns>
    public async Task<int> CountUnwrittenAsync(string loop, Seen seen, CancellationToken cancellationToken)
    {
        if (seen.Annotations.Count == 0)
            return 0;
        var folder = ExchangePlaces.OutputsOf(loop);
        var names = await store
            .ListAsync(Buckets.Labels, folder, cancellationToken)
            .Select(found => found.Key[folder.Length..])
            .ToHashSetAsync(StringComparer.Ordinal, cancellationToken: cancellationToken);
        // Platforms that write whole tasks name them by the task.
        return seen.Annotations.Count(pair =>
            !names.Contains(pair.Key.ToString(CultureInfo.InvariantCulture))
            && !names.Contains($"{pair.Value.ToString(CultureInfo.InvariantCulture)}.json")
        );
    }

    private async Task<(IReadOnlyList<OutputOutcome> Outcomes, int TakenBack)> TakeAsync(
        string loop,
        IReadOnlyList<(PlatformTask Task, Guid? Id)> page,
        Seen seen,
        CancellationToken cancellationToken
    )
    {
        var read = page.Select(pair => (pair.Task, pair.Id, Annotations: Read(pair.Task))).ToList();
        // Also of tasks without annotations: theirs may have been taken back.
        var named = await photos.FindAsync(
            read.SelectMany(task => task.Annotations)
                .SelectMany(annotation => annotation.Photo)
                .Concat(page.Select(task => task.Id).OfType<Guid>().Select(id => id.ToString())),
            cancellationToken
        );
        await desk.PrepareAsync(named, cancellationToken);
        var outcomes = new List<OutputOutcome>();
        var takenBack = 0;
        foreach (var (task, ourId, annotations) in read)
        {
            foreach (var number in annotations.Select(annotation => annotation.AnnotationId).OfType<long>())
                seen.Annotations[number] = task.Id;
            if (annotations.Count > 0)
                outcomes.Add((await desk.KeepAsync(loop, file: null, annotations, known: null, cancellationToken)).Outcome);
            if (ourId is { } id && named.GetValueOrDefault(id.ToString()) is { } photo)
                takenBack += desk.TakeBack(
                    loop,
                    photo,
                    task.MadeAt,
                    task.ChangedAt,
                    annotations.Select(annotation => annotation.AnnotationId).OfType<long>().ToHashSet()
                );
        }

        await labels.SaveChangesAsync(CancellationToken.None);
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
