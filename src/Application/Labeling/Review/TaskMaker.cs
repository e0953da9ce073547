using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Creates a task for each selected photo, and updates tasks whose selections were withdrawn or renewed. Copies of one photo share the
/// loop's task.
/// </summary>
internal sealed class TaskMaker(
    IUnitOfWork work,
    IRepository<Selection> selections,
    IRepository<AnnotationTask> tasks,
    IRepository<HumanLabel> labels,
    LoopCatalogue loops,
    TimeProvider time
)
{
    private const int Batch = 200;

    /// <returns>The number of tasks created.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var made = 0;
        (int Selections, int Tasks) step;
        do
        {
            step = await work.RunStepAsync((TaskMaker maker) => maker.MakeAsync(cancellationToken));
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
                await FollowAsync(task, selection, settings.GetValueOrDefault(selection.Loop)?.Votes ?? task.Votes, cancellationToken);
            }
            else if (selection.WithdrawnAt is null && settings.TryGetValue(selection.Loop, out var loop))
            {
                known[(selection.Loop, selection.PhotoSha256)] = task = AnnotationTask.For(selection, loop, time.GetUtcNow());
                tasks.Add(task);
                made++;
            }
        }

        return (waiting.Count, made);
    }

    private async Task FollowAsync(AnnotationTask task, Selection selection, int votes, CancellationToken cancellationToken)
    {
        if (selection.WithdrawnAt is null)
        {
            if (task.IsUnwanted)
                task.Renew(votes, await labels.ListAsync(new LabelsOfTask(task.Id), cancellationToken), time.GetUtcNow());
            task.AddCopy();
        }
        else if (
            (await selections.ListAsync(new SelectedCopiesOf(task.Loop, [task.PhotoSha256]), cancellationToken)).All(copy =>
                copy.WithdrawnAt is not null
            )
        )
        {
            task.Withdraw();
        }
    }
}
