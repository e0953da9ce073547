using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Common;

/// <summary>The services that the product depends on and that may be unavailable for a while.</summary>
public enum Dependency
{
    /// <summary>The database, including the disk under a SQLite file.</summary>
    Database = 0,

    /// <summary>The object store, including the disk under a file store.</summary>
    ObjectStore,

    /// <summary>Label Studio.</summary>
    LabelStudio,
}

/// <summary>
/// Logs one line when a dependency becomes unavailable and one when it is back, with the number of failures in between. Failures that an
/// outage causes need no log line of their own: see <see cref="Explains"/>.
/// </summary>
public sealed class Outages(TimeProvider time, ILogger<Outages> logger)
{
    /// <summary>
    /// A success this soon after a failure does not end an outage: if two servers share an address, one of them may still be down.
    /// </summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly Outage?[] outages = new Outage?[Enum.GetValues<Dependency>().Length];

    /// <summary>Records that the dependency failed a request because it is unavailable, broken or full.</summary>
    /// <param name="dependency">The dependency.</param>
    /// <param name="reason">The reason, as a sentence without secrets.</param>
    /// <param name="writingOnly">Whether reads may still work (a full disk, a missing right). Then only a successful write ends the
    /// outage.</param>
    public void Failed(Dependency dependency, string reason, bool writingOnly = false)
    {
        ArgumentNullException.ThrowIfNull(reason);
        lock (gate)
        {
            if (outages[(int)dependency] is not { } outage)
            {
                Volatile.Write(ref outages[(int)dependency], outage = new Outage(time.GetTimestamp()));
                logger.LogWarning(
                    "{Dependency} is unavailable: {Reason}. Until it is available again, its failures are counted and not logged",
                    NameOf(dependency),
                    reason.TrimEnd('.')
                );
            }

            outage.WritingOnly |= writingOnly;
            outage.Failures++;
            outage.FailedAt = time.GetTimestamp();
        }
    }

    /// <summary>Records that the dependency completed a request.</summary>
    /// <param name="dependency">The dependency.</param>
    /// <param name="wrote">Whether the request was a write.</param>
    public void Answered(Dependency dependency, bool wrote)
    {
        if (Volatile.Read(ref outages[(int)dependency]) is null)
            return;
        lock (gate)
        {
            if (outages[(int)dependency] is not { } outage || (outage.WritingOnly && !wrote) || time.GetElapsedTime(outage.FailedAt) < Calm)
                return;
            Volatile.Write(ref outages[(int)dependency], null);
            logger.LogWarning(
                "{Dependency} is available again after {Seconds:0} s; {Failures} attempts failed meanwhile",
                NameOf(dependency),
                time.GetElapsedTime(outage.Since).TotalSeconds,
                outage.Failures
            );
        }
    }

    /// <summary>Whether an outage that is already logged causes this exception.</summary>
    public bool Explains(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (
                (e is StoreUnavailableException && (IsUnavailable(Dependency.Database) || IsUnavailable(Dependency.ObjectStore)))
                || (e is PlatformUnavailableException && IsUnavailable(Dependency.LabelStudio))
                || (e is DbException && IsUnavailable(Dependency.Database))
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the last request of this process to the dependency failed, because the dependency is unavailable.</summary>
    public bool IsUnavailable(Dependency dependency) => Volatile.Read(ref outages[(int)dependency]) is not null;

    private static string NameOf(Dependency dependency) =>
        dependency switch
        {
            Dependency.Database => "The database",
            Dependency.ObjectStore => "The object store",
            _ => "Label Studio",
        };

    private sealed class Outage(long since)
    {
        public long Since { get; } = since;

        public long FailedAt { get; set; }

        public bool WritingOnly { get; set; }

        public long Failures { get; set; }
    }
}
