using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>
/// Admits callers while a slot and enough bytes are free. The others wait in one bounded queue, first come, first served. The first in the
/// queue waits for both, and nobody overtakes it, so many small requests cannot starve a large one.
/// </summary>
/// <param name="turns">How many callers may be in at the same time.</param>
/// <param name="bytes">How many bytes all admitted callers may reserve together.</param>
/// <param name="queueLength">How many callers may wait.</param>
/// <param name="longestWait">How long each of them waits at most.</param>
/// <param name="time">Measures the wait.</param>
public sealed class Admission(int turns, long bytes, int queueLength, TimeSpan longestWait, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly int turns = turns;
    private readonly Lock sync = new();
    private readonly LinkedList<Waiting> queue = [];
    private int freeTurns = turns;
    private long reserved;

    /// <summary>Moving average of how long a slot is held; the last ten weigh most.</summary>
    private TimeSpan usualTurn;

    /// <summary>Whether a caller who comes now and finds no room would be refused immediately.</summary>
    public bool IsFull
    {
        get
        {
            lock (sync)
                return IsQueueFull && (queue.Count > 0 || freeTurns == 0);
        }
    }

    /// <summary>
    /// Whether the queue has no place left, or is so long that a new caller would time out in it. Refusing a request before its body is
    /// read costs a fraction of refusing it a second later. As many callers as there are slots may always wait, because past durations
    /// predict the next ones poorly.
    /// </summary>
    private bool IsQueueFull =>
        queue.Count >= queueLength || (queue.Count >= turns && usualTurn * (queue.Count + 1.0) / turns > longestWait);

    /// <summary>Bytes that the admitted callers have reserved.</summary>
    public long Reserved
    {
        get
        {
            lock (sync)
                return reserved;
        }
    }

    public static ServerBusyException QueueIsFull() => new("Too many photos are waiting already: try again in a moment.", RetryAfter);

    /// <summary>Waits for a slot and for memory. Disposing the result gives both back.</summary>
    /// <param name="need">Bytes. A caller that needs more than there are in all is admitted alone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ServerBusyException">The queue is full, or the longest wait has passed.</exception>
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
            // The caller was admitted at the same moment, so it keeps its slot.
            if (waiting.Place.List is null)
                return;
            queue.Remove(waiting.Place);
            // The caller that left may have been too large for the free room, while the next one fits.
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

        // The waiting caller must not continue inside the lock of the one that releases.
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
