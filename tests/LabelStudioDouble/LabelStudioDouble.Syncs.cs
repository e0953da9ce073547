namespace GourmetGram.Tests.LabelStudio;

/// <content>What tests do to syncs of source storages while they run.</content>
internal sealed partial class LabelStudioDouble
{
    private SyncStop? stop;

    /// <summary>The next sync stands still when it has made so many tasks.</summary>
    /// <returns>Ends when it does so.</returns>
    public Task HoldSync(int afterTasks)
    {
        var next = stop = new SyncStop(afterTasks, IsKill: false);
        return next.Reached.Task;
    }

    /// <summary>The sync that stands still goes on.</summary>
    public void ReleaseSyncs() => Interlocked.Exchange(ref stop, null)?.Released.TrySetResult();

    /// <summary>
    /// The process dies (kill -9) when the next sync has made so many tasks, and is started again at once: the caller's connection is cut,
    /// the tasks made stay, and the storage says <c>in_progress</c>.
    /// </summary>
    public void KillDuringSync(int afterTasks) => stop = new SyncStop(afterTasks, IsKill: true);

    /// <summary>A sync has made tasks; asked before the next one.</summary>
    internal async Task MadeTasksAsync(int made)
    {
        var here = stop;
        if (here is null || made < here.AfterTasks || !here.TryTake())
            return;
        if (here.IsKill)
        {
            stop = null;
            throw new ServerDied();
        }

        here.Reached.SetResult();
        await here.Released.Task;
    }

    private sealed record SyncStop(int AfterTasks, bool IsKill)
    {
        private int taken;

        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The first sync that comes there is the one.</summary>
        public bool TryTake() => Interlocked.Exchange(ref taken, 1) == 0;
    }
}
