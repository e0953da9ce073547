using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Reads open tasks along the index (Loop, Place), and a person's labels along (Person, Id).</summary>
internal sealed class TaskFinder(GourmetGramDbContext context, TimeProvider time) : ITaskFinder
{
    public Task<AnnotationTask?> NextAsync(
        string name,
        string person,
        IReadOnlyCollection<Guid> holding,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync(async () =>
        {
            var free = OpenFor(name, person).Where(t => !holding.Contains(t.Id));
            return await free.Where(t => t.LeasedTo == person && t.LeaseUntil > now)
                .OrderBy(t => t.LeaseUntil)
                .FirstOrDefaultAsync(cancellationToken)
                ?? await free.Where(t => t.LeasedTo == null || t.LeasedTo == person || t.LeaseUntil <= now)
                    .OrderBy(t => t.Place)
                    .ThenBy(t => t.Id)
                    .FirstOrDefaultAsync(cancellationToken);
        });

    public Task<ReviewProgress> MeasureAsync(string name, string person, DateTimeOffset since, CancellationToken cancellationToken) =>
        context.GuardAsync(async () =>
        {
            var minute = time.GetUtcNow() - TimeSpan.FromMinutes(1);
            var mine = Mine(name, person).Where(l => l.CreatedAt >= since);
            return new ReviewProgress(
                await mine.CountAsync(cancellationToken),
                await OpenFor(name, person).CountAsync(cancellationToken),
                await Mine(name, person).CountAsync(l => l.CreatedAt >= minute, cancellationToken)
            );
        });

    public Task<IReadOnlyList<Decision>> LatestAsync(string name, string person, int count, CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyList<Decision>>(async () =>
        {
            var latest = await Mine(name, person)
                .OrderByDescending(l => l.Id)
                .Take(count)
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
                .. latest
                    .OrderByDescending(found => found.Label.Id)
                    .Select(found => new Decision(
                        found.Label.Id,
                        found.Prediction.Id,
                        found.Label.ClassIndex,
                        found.Model.Labels,
                        found.Prediction.PredictedIndex
                    )),
            ];
        });

    /// <summary>Both open states are named, as the index does; those that Label Studio hands out have an object.</summary>
    private IQueryable<AnnotationTask> OpenFor(string name, string person)
    {
        var decided = context.Set<HumanLabel>().Where(l => l.Person == person && l.EndedAt == null);
        return context
            .Set<AnnotationTask>()
            .Where(t =>
                t.Loop == name
                && (t.State == TaskState.Created || t.State == TaskState.Published)
                && !t.HasObject
                && !decided.Any(l => l.TaskId == t.Id)
            );
    }

    private IQueryable<HumanLabel> Mine(string name, string person) =>
        context
            .Set<HumanLabel>()
            .Where(l =>
                l.Person == person && l.EndedAt == null && context.Set<AnnotationTask>().Any(t => t.Id == l.TaskId && t.Loop == name)
            );
}
