using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>What the scheduler runs: a name, a schedule, and one command. A class that implements it is found by itself. Its effects must be idempotent: an interrupted run is repeated.</summary>
internal interface IScheduledJob
{
    /// <summary>Lower-case words with hyphens; never changed, for schedules and runs are kept by it.</summary>
    string Name { get; }

    /// <summary>The name in words.</summary>
    string Title { get; }

    /// <summary>What it does, in half a sentence.</summary>
    string Description { get; }

    /// <summary>When it runs unless an administrator says otherwise, UTC.</summary>
    string Cron { get; }

    /// <returns>What came of it, by name; nothing to do is all zeros.</returns>
    Task<IReadOnlyDictionary<string, long>> RunAsync(IProgress<JobProgress> progress, CancellationToken cancellationToken);
}
