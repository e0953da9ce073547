using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>
/// Admits callers while a slot and enough bytes are free. The others wait in one bounded queue, first come, first served. The first in the
/// queue waits for both, and nobody overtakes it, so many small requests cannot starve a large one.
/// </summary>
/// <param name="turns">How many callers may be in at the same time.</param>
/// <param name="bytes">How many bytes all admitted callers may reserve together.</param>
/// <param name="queueLength">How many callers may wait.</param>
/// <param name="longestWait">
/// How long a caller may be expected to wait. One who would wait longer is refused at once. The expectation may be wrong, so one who was
/// taken waits up to twice as long.
/// </param>
/// <param name="time">Measures the wait.</param>
public sealed class Admission(int turns, long bytes, int queueLength, TimeSpan longestWait, TimeProvider time)
{
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(1);

    private readonly Lock sync = new();
    private readonly LinkedList<Waiting> queue = [];
    private readonly HashSet<Turn> admitted = [];
    private readonly CostForecast forecast = new();
    private long reserved;

    /// <summary>Bytes that the admitted callers have reserved.</summary>
    public long Reserved
    {
        get
        {
            lock (sync)
                return reserved;
        }
    }

    private TimeSpan Patience => longestWait * 2;

    /// <summary>Refuses a caller that would wait too long, before any work is done for it.</summary>
    /// <param name="callers">How many others are on their way: those who wait or are in already, and those who have yet to enter.</param>
    /// <exception cref="ServerBusyException">The queue is full, or the expected wait is too long.</exception>
    public void ThrowIfFull(int callers)
    {
        lock (sync)
        {
            if (queue.Count == 0 && admitted.Count < turns)
                return;
            var coming = Math.Max(0, callers - queue.Count - admitted.Count);
            ThrowIfFull(ExpectedWait() + (coming * forecast.Mean / turns));
        }
    }

    /// <summary>Waits for a slot and for memory. Disposing the result gives both back.</summary>
    /// <param name="need">Bytes. A caller that needs more than there are in all is admitted alone.</param>
    /// <param name="megapixels">Size of the photo, which predicts how long the slot is held.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ServerBusyException">
    /// The queue is full, the expected wait is too long, or twice the longest wait has passed.
    /// </exception>
    public async Task<IDisposable> EnterAsync(long need, double megapixels, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiting waiting;
        lock (sync)
        {
            waiting = new Waiting(Math.Min(need, bytes), megapixels, forecast.For(megapixels));
            // The usual case needs no timer.
            if (queue.Count == 0 && Fits(waiting.Need))
                return Admit(waiting);
            ThrowIfFull(ExpectedWait());
            queue.AddLast(waiting.Place);
        }

        using var patience = new CancellationTokenSource(Patience, time);
        await using var impatient = patience.Token.Register(() =>
            Leave(
                waiting,
                new ServerBusyException($"The photo waited {Patience.TotalSeconds:0.###} s without a turn: try again in a moment.", Soonest)
            )
        );
        await using var gone = cancellationToken.Register(() => Leave(waiting, new OperationCanceledException(cancellationToken)));
        return await waiting.Admitted.Task;
    }

    /// <summary>
    /// As many callers as there are slots may always wait, because the past predicts single photos poorly.
    /// </summary>
    private void ThrowIfFull(TimeSpan wait)
    {
        if (queue.Count >= queueLength || (queue.Count >= turns && wait > longestWait))
        {
            var seconds = Math.Ceiling(Math.Max(wait.TotalSeconds, Soonest.TotalSeconds));
            throw new ServerBusyException(
                $"Too many photos are waiting already: try again in {seconds:0} s.",
                TimeSpan.FromSeconds(seconds)
            );
        }
    }

    /// <summary>How long the work that was taken before will last.</summary>
    private TimeSpan ExpectedWait()
    {
        var work = TimeSpan.Zero;
        foreach (var waiting in queue)
            work += waiting.Cost;
        foreach (var turn in admitted)
        {
            var left = turn.Cost - time.GetElapsedTime(turn.Since);
            work += left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }

        return work / turns;
    }

    private bool Fits(long need) => admitted.Count < turns && need <= bytes - reserved;

    private Turn Admit(Waiting waiting)
    {
        var turn = new Turn(this, waiting, time.GetTimestamp());
        admitted.Add(turn);
        reserved += waiting.Need;
        return turn;
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

    private void Release(Turn turn)
    {
        lock (sync)
        {
            forecast.Add(turn.Megapixels, time.GetElapsedTime(turn.Since));
            admitted.Remove(turn);
            reserved -= turn.Need;
            AdmitNext();
        }
    }

    private void AdmitNext()
    {
        while (queue.First is { Value: var first } place && Fits(first.Need))
        {
            queue.Remove(place);
            first.Admitted.SetResult(Admit(first));
        }
    }

    private sealed class Waiting
    {
        public Waiting(long need, double megapixels, TimeSpan cost)
        {
            (Need, Megapixels, Cost) = (need, megapixels, cost);
            Place = new LinkedListNode<Waiting>(this);
        }

        public long Need { get; }

        public double Megapixels { get; }

        /// <summary>How long the caller will probably hold its slot.</summary>
        public TimeSpan Cost { get; }

        public LinkedListNode<Waiting> Place { get; }

        // The waiting caller must not continue inside the lock of the one that releases.
        public TaskCompletionSource<IDisposable> Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Turn(Admission queue, Waiting waiting, long since) : IDisposable
    {
        private int isOver;

        public long Need => waiting.Need;

        public double Megapixels => waiting.Megapixels;

        public TimeSpan Cost => waiting.Cost;

        public long Since => since;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isOver, 1) == 0)
                queue.Release(this);
        }
    }
}
