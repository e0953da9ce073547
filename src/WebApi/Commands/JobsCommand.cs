using System.CommandLine;
using System.Globalization;
using GourmetGram.Application.Common;

namespace GourmetGram.WebApi.Commands;

/// <summary>Implements <c>gourmetgram jobs list | run NAME | history [NAME]</c>.</summary>
internal static class JobsCommand
{
    private const int NotCompleted = 1;
    private const int HistoryRuns = 50;

    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var list = new Command(
            "list",
            "Writes a line per job: name, schedule (UTC), next run, last run and its result, separated by tabs."
        );
        list.SetAction((_, cancellationToken) => WithJobsAsync(settings, ListAsync, cancellationToken));

        var name = new Argument<string>("NAME") { Description = "Name of the job, as shown by `jobs list`." };
        var run = new Command("run", "Runs a job now and waits for it. Exit code: 0 if it completed, 1 if it did not.") { name };
        run.SetAction(
            (parsed, cancellationToken) =>
                WithJobsAsync(settings, (jobs, token) => RunAsync(jobs, parsed.GetRequiredValue(name), token), cancellationToken)
        );

        var which = new Argument<string?>("NAME")
        {
            Description = "Name of the job, as shown by `jobs list`. Without a name, all jobs.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var history = new Command(
            "history",
            "Writes the latest runs, newest first: time of the request (UTC), job, state, seconds, counts or error, separated by tabs."
        )
        {
            which,
        };
        history.SetAction(
            (parsed, cancellationToken) =>
                WithJobsAsync(settings, (jobs, token) => HistoryAsync(jobs, parsed.GetValue(which), token), cancellationToken)
        );
        return new Command(
            "jobs",
            "Shows and runs scheduled jobs. Calls the server that runs on the same data directory, or works without one."
        )
        {
            list,
            run,
            history,
        };
    }

    private static Task<int> WithJobsAsync(
        string[] settings,
        Func<IJobRuns, CancellationToken, Task<int>> work,
        CancellationToken cancellationToken
    ) =>
        PreparedHost.CallAsync<IJobRuns>(
            settings,
            services => new InProcessJobs(services),
            server => new ServerJobs(server),
            work,
            cancellationToken
        );

    private static async Task<int> ListAsync(IJobRuns jobs, CancellationToken cancellationToken)
    {
        foreach (var job in await jobs.ListAsync(cancellationToken))
        {
            var next =
                job.NextFirings is [var first, ..] ? first.ToUtcText()
                : job.Paused ? "paused"
                : "never";
            await Console.Out.WriteLineAsync(
                $"{job.Name}\t{job.Cron}\t{next}\t{(job.Last is { } last ? $"{last.EndedAt!.Value.ToUtcText()}\t{last.State}" : "never\t")}"
            );
        }

        return 0;
    }

    private static async Task<int> HistoryAsync(IJobRuns jobs, string? name, CancellationToken cancellationToken)
    {
        var runs = new List<JobRunView>();
        foreach (var job in name is null ? (await jobs.ListAsync(cancellationToken)).Select(job => job.Name) : [name])
            runs.AddRange(await jobs.RunsAsync(job, HistoryRuns, cancellationToken));
        foreach (var run in runs.OrderByDescending(run => run.QueuedAt).Take(HistoryRuns))
            await Console.Out.WriteLineAsync($"{run.QueuedAt.ToUtcText()}\t{run.Job}\t{run.State}\t{Seconds(run)}\t{Outcome(run)}");
        return 0;
    }

    private static async Task<int> RunAsync(IJobRuns jobs, string name, CancellationToken cancellationToken)
    {
        var terminal = Console.IsErrorRedirected ? null : Console.Error;
        var run = await jobs.RunToEndAsync(name, new Shown(terminal), cancellationToken);
        terminal?.Write("\r\e[K");
        if (run.State == JobRunState.Completed)
        {
            await Console.Out.WriteLineAsync($"{run.Job}: {run.State} after {Seconds(run)} s. {Outcome(run)}".TrimEnd());
            return 0;
        }

        await Console.Error.WriteLineAsync($"{run.Job}: {run.State}. {run.Error}".TrimEnd());
        return NotCompleted;
    }

    private static string Seconds(JobRunView run) =>
        run is { StartedAt: { } start, EndedAt: { } end } ? (end - start).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) : "";

    private static string Outcome(JobRunView run) =>
        run.Error
        ?? string.Join(", ", run.Counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value} {count.Key}")));

    private sealed class Shown(TextWriter? terminal) : IProgress<JobProgress>
    {
        public void Report(JobProgress value) =>
            terminal?.Write(value.Total is { } total ? $"\r\e[K{value.Done} of {total}" : $"\r\e[K{value.Done}");
    }
}
