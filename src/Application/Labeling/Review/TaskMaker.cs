using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>Makes a task of each selection; copies of one photo share the loop's task.</summary>
internal sealed class TaskMaker(IRepository<Selection> selections, IRepository<AnnotationTask> tasks, LoopBook loops, TimeProvider time)
{
    private const int Batch = 200;

    /// <returns>How many tasks were made.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var made = 0;
        (int Selections, int Tasks) step;
        do
        {
            step = await ConcurrentChangeException.RetryAsync(() => MakeAsync(cancellationToken));
            selections.Release();
            made += step.Tasks;
        } while (step.Selections == Batch);
        return made;
    }

    private async Task<(int Selections, int Tasks)> MakeAsync(CancellationToken cancellationToken)
    {
        var waiting = await selections.ListAsync(new SelectionsWithoutTask(Batch), cancellationToken);
        if (waiting.Count == 0)
            return (0, 0);
        var settings = (await loops.AllAsync(cancellationToken)).ToDictionary(
            loop => loop.Name,
            loop => loop.Row.Current,
            StringComparer.Ordinal
        );
        var known = (
            await tasks.ListAsync(
                new TasksOfPhotos([.. waiting.Select(selection => selection.PhotoSha256).Distinct(StringComparer.Ordinal)]),
                cancellationToken
            )
        ).ToDictionary(task => (task.Loop, task.PhotoSha256));
        var made = 0;
        foreach (var selection in waiting)
        {
            selection.MarkTasked();
            if (known.TryGetValue((selection.Loop, selection.PhotoSha256), out var task))
            {
                task.AddCopy();
            }
            else if (settings.TryGetValue(selection.Loop, out var loop))
            {
                known[(selection.Loop, selection.PhotoSha256)] = task = AnnotationTask.For(selection, loop, time.GetUtcNow());
                tasks.Add(task);
                made++;
            }
        }

        await selections.SaveChangesAsync(cancellationToken);
        return (waiting.Count, made);
    }
}
