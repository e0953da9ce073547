using System.Collections.ObjectModel;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>
/// A run of a job, as a row. The database allows one running run per job, and one run per firing and attempt, so nodes never do the same
/// work twice.
/// </summary>
internal sealed class JobRun
{
    /// <summary>A run that was interrupted this many times is not repeated.</summary>
    private const int MostAttempts = 5;

    private JobRun()
    {
        Job = null!;
    }

    public Guid Id { get; private init; }

    public string Job { get; private init; }

    public JobRunState State { get; private set; }

    public DateTimeOffset? DueAt { get; private init; }

    public string? RequestedBy { get; private init; }

    public int Attempt { get; private init; }

    public DateTimeOffset QueuedAt { get; private init; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>The process that runs the job; null before it starts.</summary>
    public Guid? Node { get; private set; }

    /// <summary>When the lease of that process expires. The lease is renewed while the job runs.</summary>
    public DateTimeOffset? LeaseUntil { get; private set; }

    public bool CancelRequested { get; private set; }

    public long Done { get; private set; }

    public long? Total { get; private set; }

    public IReadOnlyDictionary<string, long> Counts { get; private set; } = ReadOnlyDictionary<string, long>.Empty;

    public string? Error { get; private set; }

    public bool HasEnded => State is not (JobRunState.Queued or JobRunState.Running);

    /// <summary>Creates a run for a firing of the schedule.</summary>
    public static JobRun Due(string job, DateTimeOffset dueAt, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            Job = job,
            DueAt = dueAt,
            Attempt = 1,
            QueuedAt = now,
        };

    /// <summary>Creates a run that was requested.</summary>
    public static JobRun Requested(string job, string by, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            Job = job,
            RequestedBy = by,
            Attempt = 1,
            QueuedAt = now,
        };

    /// <exception cref="InvalidOperationException">The run is not queued.</exception>
    public void Start(Guid node, DateTimeOffset now, TimeSpan lease)
    {
        Require(JobRunState.Queued);
        (State, Node, StartedAt, LeaseUntil) = (JobRunState.Running, node, now, now + lease);
    }

    /// <summary>Records progress and renews the lease.</summary>
    /// <exception cref="InvalidOperationException">The run is not running.</exception>
    public void Continue(JobProgress progress, DateTimeOffset now, TimeSpan lease)
    {
        Require(JobRunState.Running);
        (LeaseUntil, Done, Total) = (now + lease, progress.Done, progress.Total);
    }

    /// <exception cref="InvalidOperationException">The run is not running.</exception>
    public void Complete(IReadOnlyDictionary<string, long> counts, DateTimeOffset now)
    {
        End(JobRunState.Completed, now);
        Counts = counts;
    }

    /// <exception cref="InvalidOperationException">The run is not running.</exception>
    public void Fail(string error, DateTimeOffset now)
    {
        End(JobRunState.Failed, now);
        Error = error;
    }

    /// <summary>Ends the run because its process stopped or died.</summary>
    /// <returns>The run that repeats this one; null when it was repeated often enough.</returns>
    /// <exception cref="InvalidOperationException">The run is not running.</exception>
    public JobRun? Interrupt(DateTimeOffset now)
    {
        End(JobRunState.Interrupted, now);
        if (Attempt >= MostAttempts)
        {
            Error = $"The run was interrupted {Attempt} times and is not repeated again. See the log of the process that ran it.";
            return null;
        }

        return new JobRun
        {
            Id = Guid.CreateVersion7(now),
            Job = Job,
            DueAt = DueAt,
            RequestedBy = RequestedBy,
            Attempt = Attempt + 1,
            QueuedAt = now,
        };
    }

    /// <summary>
    /// Cancels the run. A queued run ends immediately; a running one ends when its process notices: <see cref="Cancelled"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The run has ended.</exception>
    public void Cancel(DateTimeOffset now)
    {
        if (State == JobRunState.Running)
        {
            CancelRequested = true;
            return;
        }

        Require(JobRunState.Queued);
        (State, EndedAt) = (JobRunState.Cancelled, now);
    }

    /// <summary>Ends a run that its process has cancelled.</summary>
    /// <exception cref="InvalidOperationException">The run is not running.</exception>
    public void Cancelled(DateTimeOffset now) => End(JobRunState.Cancelled, now);

    public JobRunView ToView() =>
        new()
        {
            Id = Id,
            Job = Job,
            State = State,
            DueAt = DueAt,
            RequestedBy = RequestedBy,
            Attempt = Attempt,
            QueuedAt = QueuedAt,
            StartedAt = StartedAt,
            EndedAt = EndedAt,
            Done = Done,
            Total = Total,
            Counts = Counts,
            Error = Error,
        };

    private void End(JobRunState state, DateTimeOffset now)
    {
        Require(JobRunState.Running);
        (State, EndedAt, LeaseUntil) = (state, now, null);
    }

    private void Require(JobRunState state)
    {
        if (State != state)
            throw new InvalidOperationException($"Run {Id} of {Job} is {State}, not {state}.");
    }
}

/// <summary>A job's schedule as set by an administrator.</summary>
internal sealed class JobSchedule
{
    public required string Job { get; init; }

    /// <summary>Cron expression, UTC.</summary>
    public required string Cron { get; set; }

    public bool IsPaused { get; set; }

    public DateTimeOffset ChangedAt { get; set; }

    public required string ChangedBy { get; set; }
}
