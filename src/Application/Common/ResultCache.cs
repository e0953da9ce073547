using System.Collections.Concurrent;

namespace GourmetGram.Application.Common;

/// <summary>
/// Remembers results of <see cref="RememberedResults"/> on this node. Without it, each view of the accuracy would cost time that grows with
/// the labels of its period.
/// </summary>
public sealed class ResultCache(TimeProvider time)
{
    private const int Most = 200;

    /// <summary>Limit of the rows of all remembered results, about 400 bytes each. The newest result may have more.</summary>
    private const int MostRows = 100_000;

    /// <summary>A task that people skipped becomes unusable as time passes, without a change.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<object, Entry> entries = new();

    /// <summary>Returns the result with a key; null if there is none for this stamp.</summary>
    /// <param name="key">Type, period and parameters of the result.</param>
    /// <param name="stamp">Value of the stamp, read before the result would be computed.</param>
    public T? Find<T>(object key, Guid stamp)
        where T : class =>
        entries.TryGetValue(key, out var entry) && entry.Stamp == stamp && time.GetUtcNow() - entry.At < Longest ? (T)entry.Value : null;

    /// <summary>Remembers a result, which is never changed.</summary>
    /// <param name="key">Type, period and parameters of the result.</param>
    /// <param name="stamp">Value of the stamp, read before the result was computed.</param>
    /// <param name="value">The result.</param>
    public void Keep(object key, Guid stamp, object value)
    {
        var rows = (value as ISized)?.Rows ?? 1;
        // A simple limit suffices: pages and programs ask for few different periods.
        if (entries.Count >= Most || entries.Values.Sum(entry => (long)entry.Rows) + rows > MostRows)
            entries.Clear();
        entries[key] = new Entry(stamp, time.GetUtcNow(), value, rows);
    }

    /// <summary>A result that takes memory for each photo.</summary>
    public interface ISized
    {
        /// <summary>Number of photos.</summary>
        int Rows { get; }
    }

    private sealed record Entry(Guid Stamp, DateTimeOffset At, object Value, int Rows);
}
