using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Takes tasks out of Label Studio that it should not ask any more: those of a loop that another surface hands out now, and those whose photo is erased. First the object goes, else the next sync
/// would bring the task back; then what people said meanwhile is taken; then the task goes.
/// </summary>
internal sealed class RecallDesk(
    IAnnotationPlatform platform,
    IObjectStore store,
    PlatformDesk desk,
    IRepository<AnnotationTask> tasks,
    IRepository<TaskRecall> recalls,
    IRepository<AnnotationProject> projects,
    LoopBook loops
)
{
    private const int Batch = 200;

    /// <returns>Whether anything has to be taken out.</returns>
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

    /// <returns>How many tasks were taken out.</returns>
    /// <exception cref="PlatformUnavailableException">The platform does not answer: the next run goes on.</exception>
    /// <exception cref="StoreUnavailableException">A store is away: the next run goes on.</exception>
    public async Task<int> RunAsync(Action step, CancellationToken cancellationToken)
    {
        var recalled = 0;
        foreach (var loop in await loops.AllAsync(cancellationToken))
        {
            PlatformDesk.Seen? seen = null;
            while (await DueAsync(loop, cancellationToken) is { Count: > 0 } ids)
            {
                foreach (var id in ids)
                    await store.DeleteAsync(TaskFile.AddressOf(loop.Name, id), cancellationToken);
                // A Label Studio that is not connected any more cannot be asked, and must not keep tasks for ever.
                var project = platform.FindHindrance() is null
                    ? await projects.FirstOrDefaultAsync(new ProjectOf(loop.Name), cancellationToken)
                    : null;
                if (project is not null)
                    seen ??= await desk.LookThroughAsync(project, changedSince: null, step, cancellationToken);
                // What people said just now may have closed some: these stay where they were labelled.
                var open = await OpenOfAsync(loop, ids, cancellationToken);
                if (project is not null)
                    await platform.RemoveAsync(
                        project,
                        [.. open.SelectMany(id => seen!.Tasks.GetValueOrDefault(id) ?? [])],
                        cancellationToken
                    );
                await ConcurrentChangeException.RetryAsync(() => MarkAsync(ids, cancellationToken));
                tasks.Release();
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

    /// <returns>Those that have to go: erased ones, those that show a photo that is gone, and those that nobody has decided.</returns>
    private async Task<IReadOnlyList<Guid>> OpenOfAsync(Loop loop, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var decided = (await tasks.ListAsync(new TasksWithIds(ids), cancellationToken))
            .Where(task => !task.IsOpen && !task.IsRecallDue)
            .Select(task => task.Id)
            .ToHashSet();
        return [.. ids.Where(id => !decided.Contains(id))];
    }

    private async Task<bool> MarkAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        tasks.Release();
        foreach (var task in (await tasks.ListAsync(new TasksToChange(ids), cancellationToken)).Where(task => task.IsOnPlatform))
        {
            if (task.IsOpen || task.IsRecallDue)
                task.Recall();
            else if (task.HasObject)
                task.RetireObject();
        }

        foreach (var recall in await recalls.ListAsync(new RecallsWithIds(ids), cancellationToken))
            recalls.Remove(recall);
        await tasks.SaveChangesAsync(CancellationToken.None);
        return true;
    }
}
