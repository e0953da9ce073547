using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>
/// Lets in as many as there are turns and bytes for; the others wait in one bounded queue, first come first served. Who is first waits for both at once and nobody passes, so that
/// something large is not starved by much that is small.
/// </summary>
/// <param name="turns">How many may be in at once.</param>
/// <param name="bytes">How many bytes all that are in may take together.</param>
/// <param name="queueLength">How many may wait.</param>
/// <param name="longestWait">How long each of them waits.</param>
/// <param name="time">Measures the wait.</param>
public sealed class Admission(int turns, long bytes, int queueLength, TimeSpan longestWait, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly int turns = turns;
    private readonly Lock sync = new();
    private readonly LinkedList<Waiting> queue = [];
    private int freeTurns = turns;
    private long reserved;

    /// <summary>How long a turn lasted lately: the last ten weigh most.</summary>
    private TimeSpan usualTurn;

    /// <summary>Whether somebody who comes now and finds no room would be refused at once.</summary>
    public bool IsFull
    {
        get
        {
            lock (sync)
                return IsQueueFull && (queue.Count > 0 || freeTurns == 0);
        }
    }

    /// <summary>
    /// As many wait as may, or so many that who comes now would wait in vain: to send them away before their body is read costs a fraction of what it costs a second later. As many as there
    /// are turns may always wait, for what was usual says little of what comes next.
    /// </summary>
    private bool IsQueueFull =>
        queue.Count >= queueLength || (queue.Count >= turns && usualTurn * (queue.Count + 1.0) / turns > longestWait);

    /// <summary>Bytes that those who are in have reserved.</summary>
    public long Reserved
    {
        get
        {
            lock (sync)
                return reserved;
        }
    }

    public static ServerBusyException QueueIsFull() => new("Too many photos are waiting already: try again in a moment.", RetryAfter);

    /// <summary>Waits for a turn and for room; disposing what it returns gives both back.</summary>
    /// <param name="need">Bytes; what needs more than there are in all is let in alone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ServerBusyException">The queue is full, or the wait was over.</exception>
    public async Task<IDisposable> EnterAsync(long need, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiting = new Waiting(Math.Min(need, bytes));
        lock (sync)
        {
            // The usual case needs no timer.
            if (queue.Count == 0 && Fits(waiting.Need))
                return Admit(waiting.Need);
            if (IsQueueFull)
                throw QueueIsFull();
            queue.AddLast(waiting.Place);
        }

        using var patience = new CancellationTokenSource(longestWait, time);
        await using var impatient = patience.Token.Register(() =>
            Leave(
                waiting,
                new ServerBusyException(
                    $"The photo waited {longestWait.TotalSeconds:0.###} s without a turn: try again in a moment.",
                    RetryAfter
                )
            )
        );
        await using var gone = cancellationToken.Register(() => Leave(waiting, new OperationCanceledException(cancellationToken)));
        return await waiting.Admitted.Task;
    }

    private bool Fits(long need) => freeTurns > 0 && need <= bytes - reserved;

    private Turn Admit(long need)
    {
        freeTurns--;
        reserved += need;
        return new Turn(this, need, time.GetTimestamp());
    }

    private void Leave(Waiting waiting, Exception reason)
    {
        lock (sync)
        {
            // Admitted at the same moment: then the turn counts.
            if (waiting.Place.List is null)
                return;
            queue.Remove(waiting.Place);
            // The first may have been too large for the room that is enough for the next.
            AdmitNext();
        }

        waiting.Admitted.SetException(reason);
    }

    private void Release(long need, long since)
    {
        const double Weight = 0.1;
        lock (sync)
        {
            usualTurn += (time.GetElapsedTime(since) - usualTurn) * Weight;
            freeTurns++;
            reserved -= need;
            AdmitNext();
        }
    }

    private void AdmitNext()
    {
        while (queue.First is { Value: var first } place && Fits(first.Need))
        {
            queue.Remove(place);
            first.Admitted.SetResult(Admit(first.Need));
        }
    }

    private sealed class Waiting
    {
        public Waiting(long need)
        {
            Need = need;
            Place = new LinkedListNode<Waiting>(this);
        }

        public long Need { get; }

        public LinkedListNode<Waiting> Place { get; }

        // What follows a release must not run inside it.
        public TaskCompletionSource<IDisposable> Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Turn(Admission queue, long need, long since) : IDisposable
    {
        private int isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isOver, 1) == 0)
                queue.Release(need, since);
        }
    }
}
