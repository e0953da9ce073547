namespace GourmetGram.Application.Common;

/// <summary>How far a run has got.</summary>
public enum JobRunState
{
    /// <summary>It waits for the run before it, or for a free node.</summary>
    Queued = 0,
    Running,
    Completed,

    /// <summary>It ended with an error, which the run tells.</summary>
    Failed,

    /// <summary>Its process ended in the middle of it. It runs again, as a run of its own.</summary>
    Interrupted,

    /// <summary>Somebody stopped it.</summary>
    Cancelled,
}

/// <summary>How much of a run's work is done.</summary>
/// <param name="Done">Items done.</param>
/// <param name="Total">Items to do in all; null while nobody knows.</param>
public sealed record JobProgress(long Done, long? Total);

/// <summary>One run of a job, as it stands now or as it ended.</summary>
/// <param name="Id">Sorts by the time at which the run was asked for.</param>
/// <param name="Job">Name of the job.</param>
/// <param name="State">How far it has got.</param>
/// <param name="DueAt">When the schedule wanted it, UTC; null for a run that a person asked for.</param>
/// <param name="RequestedBy">Who asked for it; null for the schedule.</param>
/// <param name="Attempt">1, and one more for each time that it was interrupted.</param>
/// <param name="QueuedAt">UTC.</param>
/// <param name="StartedAt">UTC; null before.</param>
/// <param name="EndedAt">UTC; null before.</param>
/// <param name="Done">Items done so far.</param>
/// <param name="Total">Items to do in all; null when unknown.</param>
/// <param name="Counts">What came of it, by name.</param>
/// <param name="Error">What went wrong, in a sentence; null unless it failed.</param>
public sealed record JobRunView(
    Guid Id,
    string Job,
    JobRunState State,
    DateTimeOffset? DueAt,
    string? RequestedBy,
    int Attempt,
    DateTimeOffset QueuedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    long Done,
    long? Total,
    IReadOnlyDictionary<string, long> Counts,
    string? Error
);

/// <summary>A job and how it stands.</summary>
/// <param name="Name">E.g. <c>store-images</c>.</param>
/// <param name="Title">The name in words.</param>
/// <param name="Description">What it does, in half a sentence.</param>
/// <param name="Cron">When it runs, UTC: seconds, minutes, hours, day, month, weekday.</param>
/// <param name="Paused">Whether the schedule is left out; people can still run it.</param>
/// <param name="NextFirings">The next five times, UTC; none while paused.</param>
/// <param name="Current">The run that runs or waits; null when none does.</param>
/// <param name="Last">The run that ended last; null when none did.</param>
public sealed record JobView(
    string Name,
    string Title,
    string Description,
    string Cron,
    bool Paused,
    IReadOnlyList<DateTimeOffset> NextFirings,
    JobRunView? Current,
    JobRunView? Last
);

/// <summary>
/// What runs by itself. Of a job one run runs at a time, on whichever node; each firing of its schedule has a run, a run whose process ended in the middle is repeated, and firings
/// that were missed while no server ran are made up by one.
/// </summary>
public interface IJobs
{
    /// <summary>All jobs, by name.</summary>
    Task<IReadOnlyList<JobView>> ListAsync(CancellationToken cancellationToken);

    /// <exception cref="NotFoundException">There is no such job.</exception>
    Task<JobView> FindAsync(string job, CancellationToken cancellationToken);

    /// <summary>Changes when a job runs: at once on this node, within seconds on the others.</summary>
    /// <param name="job">Its name.</param>
    /// <param name="cron">The new expression; null leaves it as it is.</param>
    /// <param name="paused">Whether to leave the schedule out; null leaves it as it is.</param>
    /// <param name="by">Who wants it.</param>
    /// <param name="cancellationToken">Ends it before anything is changed.</param>
    /// <exception cref="NotFoundException">There is no such job.</exception>
    /// <exception cref="FluentValidation.ValidationException">It is no cron expression, or never fires.</exception>
    Task<JobView> ScheduleAsync(string job, string? cron, bool? paused, string by, CancellationToken cancellationToken);

    /// <summary>When a schedule would run next: five times, UTC, fewer when it ends before.</summary>
    /// <exception cref="FluentValidation.ValidationException">It is no cron expression, or never fires.</exception>
    IReadOnlyList<DateTimeOffset> NextFirings(string cron);

    /// <summary>Asks for a run; when one runs already, this one waits for it.</summary>
    /// <exception cref="NotFoundException">There is no such job.</exception>
    Task<JobRunView> RunAsync(string job, string by, CancellationToken cancellationToken);

    /// <summary>Asks for a run unless one waits already, which will see all that has happened until it starts.</summary>
    /// <exception cref="NotFoundException">There is no such job.</exception>
    Task RunSoonAsync(string job, string by, CancellationToken cancellationToken);

    /// <summary>Runs, newest first, from a cursor on.</summary>
    /// <param name="job">Of which job; null for all.</param>
    /// <param name="cursor"><see cref="Page{T}.Next"/> of the page before; null for the first.</param>
    /// <param name="limit">Runs a page, 1 to 100.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="NotFoundException">There is no such job.</exception>
    /// <exception cref="FluentValidation.ValidationException">Cursor or limit make no sense.</exception>
    Task<Page<JobRunView>> RunsAsync(string? job, string? cursor, int limit, CancellationToken cancellationToken);

    /// <exception cref="NotFoundException">There is no such run of this job.</exception>
    Task<JobRunView> FindRunAsync(string job, Guid run, CancellationToken cancellationToken);

    /// <summary>Stops a run: at once when it waits, within seconds when it runs.</summary>
    /// <exception cref="NotFoundException">There is no such run of this job.</exception>
    /// <exception cref="ConflictException">It has ended already.</exception>
    Task<JobRunView> CancelAsync(string job, Guid run, CancellationToken cancellationToken);

    /// <summary>Removes old runs; the newest thousand of each job stay, and for 30 days those that failed or were interrupted.</summary>
    /// <returns>How many were removed.</returns>
    Task<int> ForgetOldRunsAsync(CancellationToken cancellationToken);
}
