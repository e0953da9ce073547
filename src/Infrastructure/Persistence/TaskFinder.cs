using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// Reads open and skipped tasks along their filtered indexes (Loop, Place), and a person's labels along (Person, Id).
/// </summary>
internal sealed class TaskFinder(GourmetGramDbContext context, TimeProvider time) : ITaskFinder
{
    public Task<AnnotationTask?> NextAsync(
        string name,
        string person,
        IReadOnlyCollection<Guid> holding,
        DateTimeOffset now,
        Guid? trialId,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync(async () =>
        {
            foreach (var tasks in new[] { Open(), Skipped() })
            {
                var free = DrawnFor(trialId, FreeFor(tasks, name, person, now)).Where(t => !holding.Contains(t.Id));
                var mine = free.Where(t => t.LeasedTo == person && t.LeaseUntil > now).OrderBy(t => t.LeaseUntil);
                var others = free.OrderBy(t => t.Place).ThenBy(t => t.Id);
                var found = await mine.FirstOrDefaultAsync(cancellationToken) ?? await others.FirstOrDefaultAsync(cancellationToken);
                if (found is not null)
                    return found;
            }

            return null;
        });

    public Task<PlantedWork> PlantedAsync(string name, string person, CancellationToken cancellationToken) =>
        context.GuardAsync(async () =>
        {
            var decided = DecidedBy(person);
            var left = await context
                .Set<PlantedAnswer>()
                .Join(context.Set<AnnotationTask>(), planted => planted.TaskId, task => task.Id, (planted, task) => new { planted, task })
                .Where(pair =>
                    pair.task.Loop == name
                    && pair.task.State == TaskState.Labelled
                    && pair.task.AnswerKind == pair.planted.AnswerKind
                    && pair.task.ClassIndex == pair.planted.ClassIndex
                    && !decided.Any(label => label.TaskId == pair.task.Id)
                )
                .Select(pair => pair.task.Id)
                .ToListAsync(cancellationToken);
            var given = await DecidedBy(person).CountAsync(label => label.Source == LabelSource.Planted, cancellationToken);
            return new PlantedWork(given, [.. left.Order()]);
        });

    public Task<IReadOnlyDictionary<Guid, Guid>> OtherCopiesAsync(
        IReadOnlyCollection<Guid> predictionIds,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyDictionary<Guid, Guid>>(async () =>
        {
            var found = await context
                .Set<AnnotationTask>()
                .Where(t => predictionIds.Contains(t.PredictionId))
                .Select(t => new
                {
                    t.Id,
                    Other = context
                        .Set<Selection>()
                        .Where(s => s.PhotoSha256 == t.PhotoSha256 && s.Loop == t.Loop && !predictionIds.Contains(s.PredictionId))
                        .OrderBy(s => s.Id)
                        .Select(s => (Guid?)s.PredictionId)
                        .FirstOrDefault(),
                })
                .ToListAsync(cancellationToken);
            return found.Where(row => row.Other is not null).ToDictionary(row => row.Id, row => row.Other!.Value);
        });

    public Task<ReviewProgress> MeasureAsync(
        string name,
        string person,
        DateTimeOffset since,
        Guid? trialId,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync(async () =>
        {
            var now = time.GetUtcNow();
            var minute = now - TimeSpan.FromMinutes(1);
            var mine = Mine(name, person).Where(l => l.CreatedAt >= since);
            return new ReviewProgress(
                await mine.CountAsync(cancellationToken),
                await DrawnFor(trialId, FreeFor(Open(), name, person, now)).CountAsync(cancellationToken)
                    + await DrawnFor(trialId, FreeFor(Skipped(), name, person, now)).CountAsync(cancellationToken),
                await Mine(name, person).CountAsync(l => l.CreatedAt >= minute, cancellationToken)
            );
        });

    public Task<IReadOnlyList<Decision>> LatestAsync(string name, string person, int count, CancellationToken cancellationToken) =>
        ReadAsync(Mine(name, person).OrderByDescending(l => l.Id).Take(count), cancellationToken);

    public Task<IReadOnlyList<Decision>> DifferencesAsync(
        string name,
        string person,
        DateTimeOffset since,
        int count,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            Mine(name, person)
                .Where(l => l.CreatedAt >= since && (l.AnswerKind == AnswerKind.Class || l.AnswerKind == AnswerKind.None))
                .Where(l =>
                    !context
                        .Set<AnnotationTask>()
                        .Any(t =>
                            t.Id == l.TaskId
                            && context.Set<Prediction>().Any(p => p.Id == t.PredictionId && p.PredictedIndex == l.ClassIndex)
                        )
                )
                .OrderByDescending(l => l.Id)
                .Take(count),
            cancellationToken
        );

    public Task<ReviewTally> TallyAsync(string name, string person, DateTimeOffset since, CancellationToken cancellationToken) =>
        context.GuardAsync(async () =>
        {
            var current = Mine(name, person).Where(l => l.CreatedAt >= since);
            var kinds = await current
                .GroupBy(l => l.AnswerKind)
                .Select(g => new { Kind = g.Key, Count = g.Count() })
                .ToListAsync(cancellationToken);
            var agreed = await current
                .Join(context.Set<AnnotationTask>(), l => l.TaskId, t => t.Id, (l, t) => new { l.ClassIndex, t.PredictionId })
                .Join(
                    context.Set<Prediction>(),
                    pair => pair.PredictionId,
                    p => p.Id,
                    (pair, p) => new { pair.ClassIndex, p.PredictedIndex }
                )
                .CountAsync(pair => pair.ClassIndex == pair.PredictedIndex, cancellationToken);
            return new ReviewTally(
                CountOf(AnswerKind.Class),
                CountOf(AnswerKind.None),
                CountOf(AnswerKind.Unusable),
                CountOf(kind: null),
                agreed,
                await current.CountAsync(l => l.Note != null, cancellationToken),
                await All(name, person).CountAsync(l => l.EndedAt >= since && l.End == LabelEnd.Withdrawn, cancellationToken)
            );

            int CountOf(AnswerKind? kind) => kinds.Where(found => found.Kind == kind).Sum(found => found.Count);
        });

    public Task<IReadOnlyDictionary<string, ReviewBacklog>> BacklogsAsync(
        string person,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyDictionary<string, ReviewBacklog>>(async () =>
        {
            var groups = await CountAsync(Open(), isSkipped: false);
            groups.AddRange(await CountAsync(Skipped(), isSkipped: true));
            // A newly selected photo becomes a task when somebody asks for one. Its copies share the task.
            var selected = await context
                .Set<Selection>()
                .Where(s => !s.HasTask && !context.Set<AnnotationTask>().Any(t => t.PhotoSha256 == s.PhotoSha256 && t.Loop == s.Loop))
                .GroupBy(s => s.Loop)
                .Select(g => new
                {
                    Loop = g.Key,
                    Count = g.Select(s => s.PhotoSha256).Distinct().Count(),
                    Oldest = g.Min(s => s.CreatedAt),
                })
                .ToDictionaryAsync(g => g.Loop, StringComparer.Ordinal, cancellationToken);
            return groups
                .Select(g => g.Loop)
                .Concat(selected.Keys)
                .Distinct(StringComparer.Ordinal)
                .ToDictionary(
                    loop => loop,
                    loop =>
                    {
                        // Includes tasks that others skipped.
                        var open = groups.Where(g => g.Loop == loop && !g.Decided && !g.Taken).ToList();
                        var fresh = selected.GetValueOrDefault(loop);
                        return new ReviewBacklog(
                            open.Sum(g => g.Count) + (fresh?.Count ?? 0),
                            groups.Where(g => g.Loop == loop && !g.Decided && g.Taken).Sum(g => g.Count),
                            groups.Where(g => g.Loop == loop && g.Decided && !g.IsSkipped).Sum(g => g.Count),
                            open.Count > 0 ? open.Min(g => g.Oldest) : fresh?.Oldest
                        );
                    },
                    StringComparer.Ordinal
                );

            Task<List<TaskCount>> CountAsync(IQueryable<AnnotationTask> tasks, bool isSkipped)
            {
                var decided = DecidedBy(person);
                return tasks
                    .Select(t => new
                    {
                        t.Loop,
                        t.CreatedAt,
                        Decided = decided.Any(l => l.TaskId == t.Id),
                        Taken = t.LeasedTo != null && t.LeasedTo != person && t.LeaseUntil > now,
                    })
                    .GroupBy(t => new
                    {
                        t.Loop,
                        t.Decided,
                        t.Taken,
                    })
                    .Select(g => new TaskCount(g.Key.Loop, isSkipped, g.Key.Decided, g.Key.Taken, g.Count(), g.Min(t => t.CreatedAt)))
                    .ToListAsync(cancellationToken);
            }
        });

    private Task<IReadOnlyList<Decision>> ReadAsync(IQueryable<HumanLabel> labels, CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyList<Decision>>(async () =>
        {
            var found = await labels
                .Join(context.Set<AnnotationTask>(), l => l.TaskId, t => t.Id, (l, t) => new { Label = l, t.PredictionId })
                .Join(
                    context.Set<Prediction>().Include(p => p.Model),
                    pair => pair.PredictionId,
                    p => p.Id,
                    (pair, p) =>
                        new
                        {
                            pair.Label,
                            Prediction = p,
                            p.Model,
                        }
                )
                .AsNoTracking()
                .ToListAsync(cancellationToken);
            return
            [
                .. found
                    .OrderByDescending(pair => pair.Label.Id)
                    .Select(pair => new Decision(
                        pair.Label.Id,
                        pair.Label.TaskId,
                        pair.Prediction.Id,
                        pair.Label.AnswerKind,
                        pair.Label.ClassIndex,
                        pair.Model.Labels,
                        pair.Prediction.PredictedIndex
                    )),
            ];
        });

    /// <summary>
    /// Returns the open tasks of the review page, in all loops. The condition lists both open states, so that it matches the filter of the
    /// index. Tasks that Label Studio hands out have an object.
    /// </summary>
    private IQueryable<AnnotationTask> Open() =>
        context.Set<AnnotationTask>().Where(t => (t.State == TaskState.Created || t.State == TaskState.Published) && !t.HasObject);

    /// <summary>Returns the tasks that were skipped and that nobody has labelled.</summary>
    private IQueryable<AnnotationTask> Skipped() => context.Set<AnnotationTask>().Where(t => t.State == TaskState.Skipped && !t.HasObject);

    /// <summary>Returns those of the given tasks that belong to a loop and that a person can label now.</summary>
    private IQueryable<AnnotationTask> FreeFor(IQueryable<AnnotationTask> tasks, string name, string person, DateTimeOffset now)
    {
        var decided = DecidedBy(person);
        return tasks
            .Where(t => t.Loop == name && !decided.Any(l => l.TaskId == t.Id))
            .Where(t => t.LeasedTo == null || t.LeasedTo == person || t.LeaseUntil <= now)
            // A task that shows the prediction would reveal it to a person who has the same photo in a blind task.
            .Where(t =>
                t.IsBlind
                || !context
                    .Set<AnnotationTask>()
                    .Any(other => other.PhotoSha256 == t.PhotoSha256 && other.IsBlind && other.LeasedTo == person && other.LeaseUntil > now)
            );
    }

    /// <summary>
    /// Returns those of the given tasks whose photo a draw of a trial took. Photos that other draws took are left out, although their
    /// labels count for the trial too: of each draw, the labelled part has to be a random one.
    /// </summary>
    private IQueryable<AnnotationTask> DrawnFor(Guid? trialId, IQueryable<AnnotationTask> tasks) =>
        trialId is null
            ? tasks
            : tasks.Where(t =>
                context
                    .Set<Selection>()
                    .Any(s =>
                        s.PhotoSha256 == t.PhotoSha256
                        && s.Loop == t.Loop
                        && context.Set<ExtraDraw>().Any(d => d.Id == s.DrawId && d.TrialId == trialId)
                    )
            );

    /// <summary>Returns a person's current labels, including answers to planted photos, which look like all others.</summary>
    private IQueryable<HumanLabel> DecidedBy(string person) =>
        context.LabelsWithPlanted().Where(l => l.Person == person && l.EndedAt == null);

    private IQueryable<HumanLabel> Mine(string name, string person) => All(name, person).Where(l => l.EndedAt == null);

    /// <summary>Returns a person's labels in a loop, current or ended, also answers to planted photos.</summary>
    private IQueryable<HumanLabel> All(string name, string person) =>
        context
            .LabelsWithPlanted()
            .Where(l => l.Person == person && context.Set<AnnotationTask>().Any(t => t.Id == l.TaskId && t.Loop == name));

    /// <summary>The number of tasks of a loop that are alike for one person.</summary>
    /// <param name="Loop">Name of the loop.</param>
    /// <param name="IsSkipped">Whether the tasks were skipped.</param>
    /// <param name="Decided">Whether the person labelled or skipped the tasks.</param>
    /// <param name="Taken">Whether another person labels the tasks now.</param>
    /// <param name="Count">Number of tasks.</param>
    /// <param name="Oldest">When the oldest of them was created, UTC.</param>
    private sealed record TaskCount(string Loop, bool IsSkipped, bool Decided, bool Taken, int Count, DateTimeOffset Oldest);
}
