using System.Collections.Concurrent;

namespace GourmetGram.Application.Classification;

/// <summary>What this node knows of the counts: those of all nodes a moment ago, and what it has not told them yet.</summary>
internal sealed class UploadCounters
{
    private readonly ConcurrentDictionary<string, Counter> counters = new(StringComparer.Ordinal);

    /// <summary>Key of the hashes in the rows, which all nodes share; null until it was read.</summary>
    public Guid? Key { get; set; }

    public Counter Of(string key, DateTimeOffset endsAt) => counters.GetOrAdd(key, static (_, end) => new Counter(end), endsAt);

    /// <summary>Forgets the hours and days that are over.</summary>
    public void Forget(DateTimeOffset now)
    {
        foreach (var (key, counter) in counters)
        {
            if (counter.EndsAt <= now)
                counters.TryRemove(key, out _);
        }
    }

    /// <summary>The count of one visitor or address within one hour or day.</summary>
    internal sealed class Counter(DateTimeOffset endsAt)
    {
        private readonly Lock gate = new();
        private (long Photos, long Bytes) shared;
        private (long Photos, long Bytes) untold;
        private DateTimeOffset? toldAt;

        public DateTimeOffset EndsAt { get; } = endsAt;

        /// <summary>Adds a photo, or takes it back, and returns the new count.</summary>
        public (long Photos, long Bytes) Add(int photos, long bytes)
        {
            lock (gate)
            {
                untold = (untold.Photos + photos, untold.Bytes + bytes);
                return (shared.Photos + untold.Photos, shared.Bytes + untold.Bytes);
            }
        }

        /// <summary>Returns whether it is time to tell the other nodes, which only one caller does.</summary>
        public bool IsDue(DateTimeOffset now, TimeSpan period)
        {
            lock (gate)
            {
                if (toldAt is { } last && now - last < period && now >= last)
                    return false;
                toldAt = now;
                return true;
            }
        }

        public (long Photos, long Bytes) Untold
        {
            get
            {
                lock (gate)
                    return untold;
            }
        }

        /// <summary>Takes over the count of all nodes, after some of this node's was added to it.</summary>
        public void Told((long Photos, long Bytes) added, (long Photos, long Bytes) all)
        {
            lock (gate)
            {
                untold = (untold.Photos - added.Photos, untold.Bytes - added.Bytes);
                shared = all;
            }
        }
    }
}
