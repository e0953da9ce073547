using Ardalis.Specification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Removes tasks from Label Studio that it should not ask about any more: tasks of loops with another labelling tool, and tasks of deleted
/// photos. First deletes the object, because the next sync would import it again. Then stores new annotations as labels. Last deletes the
/// task and the objects that Label Studio wrote for its annotations, because these name annotators.
/// </summary>
internal sealed class TaskRecaller(
    IUnitOfWork work,
    IAnnotationPlatform platform,
    IObjectStore store,
    PlatformReader reader,
    IRepository<AnnotationTask> tasks,
    IRepository<TaskRecall> recalls,
    IRepository<AnnotationProject> projects,
    LoopCatalogue loops,
    TimeProvider time
)
{
    private const int Batch = 200;

    /// <returns>Whether any task has to be removed.</returns>
    public async Task<bool> IsDueAsync(CancellationToken cancellationToken)
    {
        foreach (var loop in await loops.AllAsync(cancellationToken))
        {
            if (
                await tasks.CountAsync(DueOf(loop, 1), cancellationToken) > 0
                || await recalls.CountAsync(new RecallsOf(loop.Name, 1), cancellationToken) > 0
            )
                return true;
        }

        return false;
    }

    /// <returns>The number of removed tasks.</returns>
    /// <exception cref="PlatformUnavailableException">The platform does not answer; the next run continues.</exception>
    /// <exception cref="StoreUnavailableException">A store is down; the next run continues.</exception>
    public async Task<int> RunAsync(Action step, CancellationToken cancellationToken)
    {
        var recalled = 0;
        foreach (var loop in await loops.AllAsync(cancellationToken))
        {
            PlatformReader.Seen? seen = null;
            while (await DueAsync(loop, cancellationToken) is { Count: > 0 } ids)
            {
                foreach (var id in ids)
                    await store.DeleteAsync(TaskFile.AddressOf(loop.Name, id), cancellationToken);
                // A Label Studio that is no longer connected cannot delete tasks, and must not block them forever.
                var project = platform.FindHindrance() is null
                    ? await projects.FirstOrDefaultAsync(new ProjectOf(loop.Name), cancellationToken)
                    : null;
                if (project is not null)
                    seen ??= await reader.LookThroughAsync(project, changedSince: null, step, cancellationToken);
                // New annotations may have decided some tasks. Decided tasks stay where they were labelled.
                var open = await OpenOfAsync(loop, ids, cancellationToken);
                if (project is not null)
                {
                    // The files go first, because their names come from the annotations.
                    await reader.RemoveOutputsAsync(loop.Name, open, seen!, cancellationToken);
                    await platform.RemoveAsync(
                        project,
                        [.. open.SelectMany(id => seen!.Tasks.GetValueOrDefault(id) ?? [])],
                        cancellationToken
                    );
                }

                await work.RunStepAsync((TaskRecaller recall) => recall.MarkAsync(ids, cancellationToken));
                recalled += ids.Count;
                step();
            }
        }

        return recalled;
    }

    private static Specification<AnnotationTask> DueOf(Loop loop, int limit) =>
        loop.Row.Surface == Surface.LabelStudio ? new OutdatedTasks(loop.Name, limit) : new TasksToRecall(loop.Name, limit);

    private async Task<IReadOnlyList<Guid>> DueAsync(Loop loop, CancellationToken cancellationToken) =>
        [
            .. (await tasks.ListAsync(DueOf(loop, Batch), cancellationToken)).Select(task => task.Id),
            .. (await recalls.ListAsync(new RecallsOf(loop.Name, Batch), cancellationToken)).Select(recall => recall.Id),
        ];

    /// <returns>The tasks to remove: deleted ones, those that show a deleted photo, and undecided ones.</returns>
    private async Task<IReadOnlyList<Guid>> OpenOfAsync(Loop loop, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var decided = (await tasks.ListAsync(new TasksWithIds(ids), cancellationToken))
            .Where(task => !task.IsUnanswered && !task.IsRecallDue)
            .Select(task => task.Id)
            .ToHashSet();
        return [.. ids.Where(id => !decided.Contains(id))];
    }

    private async Task<bool> MarkAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        foreach (var task in (await tasks.ListAsync(new TasksToChange(ids), cancellationToken)).Where(task => task.IsOnPlatform))
        {
            if (task.IsUnanswered || task.IsRecallDue)
                task.Recall();
            else if (task.HasObject)
                task.RetireObject();
        }

        foreach (var recall in await recalls.ListAsync(new RecallsWithIds(ids), cancellationToken))
            recall.MarkDone(time.GetUtcNow());
        return true;
    }
}
