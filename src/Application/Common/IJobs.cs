namespace GourmetGram.Application.Common;

/// <summary>The state of a run.</summary>
public enum JobRunState
{
    /// <summary>The run waits for the previous run of the job or for a free node.</summary>
    Queued = 0,
    Running,
    Completed,

    /// <summary>The run ended with an error, see <see cref="JobRunView.Error"/>.</summary>
    Failed,

    /// <summary>The process ended in the middle of the run. The work is repeated in a new run.</summary>
    Interrupted,

    /// <summary>Somebody cancelled the run.</summary>
    Cancelled,
}

/// <summary>The progress of a run.</summary>
/// <param name="Done">Items done.</param>
/// <param name="Total">Total number of items; null while it is unknown.</param>
public sealed record JobProgress(long Done, long? Total);

/// <summary>A run of a job, in its current or final state.</summary>
public sealed record JobRunView
{
    /// <summary>Id of the run. Ids sort by the time of the request.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name of the job.</summary>
    public required string Job { get; init; }

    /// <summary>State of the run.</summary>
    public required JobRunState State { get; init; }

    /// <summary>Scheduled time, UTC; null for a run that a person requested, and for a run from before the clock was set
    /// back.</summary>
    public required DateTimeOffset? DueAt { get; init; }

    /// <summary>The person who requested the run; null for the schedule.</summary>
    public required string? RequestedBy { get; init; }

    /// <summary>1, plus one for each interruption.</summary>
    public required int Attempt { get; init; }

    /// <summary>Time at which the run was queued, UTC.</summary>
    public required DateTimeOffset QueuedAt { get; init; }

    /// <summary>Start time, UTC; null until the run starts.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>End time, UTC; null until the run ends.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>Items done so far.</summary>
    public required long Done { get; init; }

    /// <summary>Total number of items; null when it is unknown.</summary>
    public required long? Total { get; init; }

    /// <summary>Results of the run: counts by name.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>Error message in a sentence; null unless the run failed.</summary>
    public required string? Error { get; init; }
}

/// <summary>A job and its current state.</summary>
public sealed record JobView
{
    /// <summary>Name of the job, e.g. <c>store-images</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Display name.</summary>
    public required string Title { get; init; }

    /// <summary>Describes what the job does, in half a sentence.</summary>
    public required string Description { get; init; }

    /// <summary>Schedule as a cron expression, UTC: seconds, minutes, hours, day, month, weekday.</summary>
    public required string Cron { get; init; }

    /// <summary>Whether the schedule is paused; people can still run the job.</summary>
    public required bool Paused { get; init; }

    /// <summary>The next five scheduled times, UTC; empty while the schedule is paused.</summary>
    public required IReadOnlyList<DateTimeOffset> NextFirings { get; init; }

    /// <summary>The run that is running or waiting; null when there is none.</summary>
    public required JobRunView? Current { get; init; }

    /// <summary>The run that ended last; null when none has ended.</summary>
    public required JobRunView? Last { get; init; }
}

/// <summary>
/// The jobs that run automatically. At most one run of a job is active at a time, on any node. Each scheduled time has its own run. A run
/// whose process ended in the middle is repeated. Schedules that were missed while no server ran are caught up once.
/// </summary>
public interface IJobs
{
    /// <summary>Lists all jobs by name.</summary>
    Task<IReadOnlyList<JobView>> ListAsync(CancellationToken cancellationToken);

    /// <exception cref="NotFoundException">There is no such job.</exception>
    Task<JobView> FindAsync(string job, CancellationToken cancellationToken);

    /// <summary>
    /// Changes the schedule of a job. The change takes effect immediately on this node, and within seconds on the others.
    /// </summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="cron">The new cron expression; null leaves it unchanged.</param>
    /// <param name="paused">Whether to pause the schedule; null leaves it unchanged.</param>
    /// <param name="by">The person who makes the change.</param>
    /// <param name="cancellationToken">Cancels the change before anything is stored.</param>
    /// <exception cref="NotFoundException">There is no such job.</exception>
    /// <exception cref="FluentValidation.ValidationException">The text is not a cron expression, or the schedule never fires.</exception>
    Task<JobView> ScheduleAsync(string job, string? cron, bool? paused, string by, CancellationToken cancellationToken);

    /// <summary>Returns the next five times of a schedule, UTC; fewer when the schedule ends earlier.</summary>
    /// <exception cref="FluentValidation.ValidationException">The text is not a cron expression, or the schedule never fires.</exception>
    IReadOnlyList<DateTimeOffset> NextFirings(string cron);

    /// <summary>Requests a run. If another run of the job is active, the new run waits for it.</summary>
    /// <exception cref="NotFoundException">There is no such job.</exception>
    Task<JobRunView> RunAsync(string job, string by, CancellationToken cancellationToken);

    /// <summary>
    /// Requests a run unless one is waiting already: the waiting run will process everything that happens before it starts.
    /// </summary>
    /// <exception cref="NotFoundException">There is no such job.</exception>
    Task RunSoonAsync(string job, string by, CancellationToken cancellationToken);

    /// <summary>Lists runs, newest first, starting at a cursor.</summary>
    /// <param name="job">Name of the job; null for all jobs.</param>
    /// <param name="cursor"><see cref="Page{T}.Next"/> of the previous page; null for the first page.</param>
    /// <param name="limit">Runs per page, 1 to 100.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="NotFoundException">There is no such job.</exception>
    /// <exception cref="FluentValidation.ValidationException">The cursor or the limit is invalid.</exception>
    Task<Page<JobRunView>> RunsAsync(string? job, string? cursor, int limit, CancellationToken cancellationToken);

    /// <summary>Returns the newest runs of every job, newest first, by job name.</summary>
    /// <param name="count">Maximum number of runs per job.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyDictionary<string, IReadOnlyList<JobRunView>>> LatestRunsAsync(int count, CancellationToken cancellationToken);

    /// <exception cref="NotFoundException">The job has no such run.</exception>
    Task<JobRunView> FindRunAsync(string job, Guid run, CancellationToken cancellationToken);

    /// <summary>Cancels a run: immediately when it is waiting, within seconds when it is running.</summary>
    /// <exception cref="NotFoundException">The job has no such run.</exception>
    /// <exception cref="ConflictException">The run has ended already.</exception>
    Task<JobRunView> CancelAsync(string job, Guid run, CancellationToken cancellationToken);

    /// <summary>Deletes old runs. The newest thousand runs of each job stay, and failed or interrupted runs stay for 30 days.</summary>
    /// <returns>Number of deleted runs.</returns>
    Task<int> ForgetOldRunsAsync(CancellationToken cancellationToken);
}
