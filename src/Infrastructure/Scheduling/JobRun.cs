using System.Collections.ObjectModel;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>A run of a job as a row. The database lets one run of a job be Running at a time, and one run stand for each firing and attempt: that is what keeps nodes from doing work twice.</summary>
internal sealed class JobRun
{
    /// <summary>A run that ended the process this often is left alone.</summary>
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

    /// <summary>Which process has it; null before it starts.</summary>
    public Guid? Node { get; private set; }

    /// <summary>Until when that process is believed to be alive; it moves on while the run runs.</summary>
    public DateTimeOffset? LeaseUntil { get; private set; }

    public bool CancelRequested { get; private set; }

    public long Done { get; private set; }

    public long? Total { get; private set; }

    public IReadOnlyDictionary<string, long> Counts { get; private set; } = ReadOnlyDictionary<string, long>.Empty;

    public string? Error { get; private set; }

    public bool HasEnded => State is not (JobRunState.Queued or JobRunState.Running);

    /// <summary>A run that the schedule wants.</summary>
    public static JobRun Due(string job, DateTimeOffset dueAt, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            Job = job,
            DueAt = dueAt,
            Attempt = 1,
            QueuedAt = now,
        };

    /// <summary>A run that a person wants.</summary>
    public static JobRun Requested(string job, string by, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            Job = job,
            RequestedBy = by,
            Attempt = 1,
            QueuedAt = now,
        };

    /// <exception cref="InvalidOperationException">It does not wait.</exception>
    public void Start(Guid node, DateTimeOffset now, TimeSpan lease)
    {
        Require(JobRunState.Queued);
        (State, Node, StartedAt, LeaseUntil) = (JobRunState.Running, node, now, now + lease);
    }

    /// <summary>The process that has it is alive.</summary>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public void Continue(JobProgress progress, DateTimeOffset now, TimeSpan lease)
    {
        Require(JobRunState.Running);
        (LeaseUntil, Done, Total) = (now + lease, progress.Done, progress.Total);
    }

    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public void Complete(IReadOnlyDictionary<string, long> counts, DateTimeOffset now)
    {
        End(JobRunState.Completed, now);
        Counts = counts;
    }

    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public void Fail(string error, DateTimeOffset now)
    {
        End(JobRunState.Failed, now);
        Error = error;
    }

    /// <summary>The process that had it is gone.</summary>
    /// <returns>The run that repeats it; null when it was repeated often enough.</returns>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public JobRun? Interrupt(DateTimeOffset now)
    {
        End(JobRunState.Interrupted, now);
        if (Attempt >= MostAttempts)
        {
            Error = $"It was interrupted {Attempt} times and is not repeated any more: see the log of the process that ran it.";
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

    /// <summary>Somebody wants it stopped. One that waits ends at once; one that runs ends when its process has seen it: <see cref="Cancelled"/>.</summary>
    /// <exception cref="InvalidOperationException">It has ended.</exception>
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

    /// <summary>Its process has stopped it.</summary>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public void Cancelled(DateTimeOffset now) => End(JobRunState.Cancelled, now);

    public JobRunView ToView() =>
        new(Id, Job, State, DueAt, RequestedBy, Attempt, QueuedAt, StartedAt, EndedAt, Done, Total, Counts, Error);

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

/// <summary>When a job runs, as an administrator wants it.</summary>
internal sealed class JobSchedule
{
    public required string Job { get; init; }

    /// <summary>UTC.</summary>
    public required string Cron { get; set; }

    public bool IsPaused { get; set; }

    public DateTimeOffset ChangedAt { get; set; }

    public required string ChangedBy { get; set; }
}
