using System.Threading.Channels;
using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Infrastructure.Scheduling;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Scheduling;

public sealed class JobsOnSqlite() : JobTests(DatabaseProvider.Sqlite);

public sealed class JobsOnPostgreSql() : JobTests(DatabaseProvider.PostgreSql)
{
    [Fact]
    public async Task What_a_node_ran_that_is_gone_another_repeats()
    {
        await using var dying = Start();
        var run = await RunAsync();
        await Work.StartedAsync();
        // The node stands still, as if it were killed: it renews nothing.
        await App.ExecuteAsync($"""UPDATE "JobRuns" SET "LeaseUntil" = 1, "Node" = '{Guid.Empty}' WHERE "State" = 'Running'""");
        await using var other = AddNode();
        await using var working = Start(other);
        Work.ReleaseAll();

        var repeated = await EndedAsync(r => r.Attempt == 2);
        Assert.Equal(JobRunState.Completed, repeated.State);
        Assert.Equal(JobRunState.Interrupted, (await Jobs.FindRunAsync(TestJob.JobName, run.Id, Cancel)).State);
    }

    [Fact]
    public async Task A_firing_that_two_nodes_see_is_one_run()
    {
        var due = Some.Time;
        var other = AddNode();
        var stores = new[] { App, other }.Select(node => node.Services.GetRequiredService<JobStore>()).ToArray();
        var added = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => stores[i % 2].TryAddAsync(JobRun.Due(TestJob.JobName, due, Some.Time)))
        );
        Assert.Single(added, true);
        Assert.Single((await Jobs.RunsAsync(TestJob.JobName, cursor: null, 10, Cancel)).Items);
    }
}

/// <summary>Jobs run one at a time, each firing once, whatever happens to the process that runs them.</summary>
public abstract class JobTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const string Never = "0 0 0 1 1 ? 2099";

    private protected PersistenceHost App { get; private set; } = null!;

    private protected TestWork Work { get; } = new();

    private protected ShiftedClock Clock { get; } = new();

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected IJobs Jobs => App.Services.GetRequiredService<IJobs>();

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Host.DisposeAsync();
        App = AddNode();
        await App.MigrateAsync();
        await Jobs.ScheduleAsync(TestJob.JobName, Never, paused: null, "test", Cancel);
    }

    [Fact]
    public async Task A_run_that_is_asked_for_while_another_runs_waits_for_it()
    {
        await using var working = Start();
        var first = await RunAsync();
        await Work.StartedAsync();
        var second = await RunAsync();
        Assert.Equal(
            (JobRunState.Running, first.Id),
            (await Jobs.FindAsync(TestJob.JobName, Cancel)) is { Current: { } current } ? (current.State, current.Id) : default
        );
        Work.Release();
        await EndedAsync(run => run.Id == first.Id);
        await Work.StartedAsync();
        Work.Release();

        var (one, two) = (await EndedAsync(run => run.Id == first.Id), await EndedAsync(run => run.Id == second.Id));
        Assert.Equal((JobRunState.Completed, JobRunState.Completed, 1, 7L), (one.State, two.State, Work.MostAtOnce, two.Counts["done"]));
        Assert.True(two.StartedAt >= one.EndedAt);
        Assert.Equal([second.Id, first.Id], (await Jobs.RunsAsync(TestJob.JobName, cursor: null, 10, Cancel)).Items.Select(run => run.Id));
    }

    [Fact]
    public async Task A_run_that_fails_says_why()
    {
        Work.Fault = new StoreUnavailableException("The store is on holiday.");
        Work.Release();
        await using var working = Start();
        var run = await RunAsync();
        var failed = await EndedAsync(found => found.Id == run.Id);
        Assert.Equal((JobRunState.Failed, "The store is on holiday."), (failed.State, failed.Error));
        Assert.Equal(run.Id, (await Jobs.FindAsync(TestJob.JobName, Cancel)).Last?.Id);
    }

    [Fact]
    public async Task A_run_can_be_stopped_while_it_waits_and_while_it_runs()
    {
        await using var working = Start();
        var (running, waiting) = (await RunAsync(), default(JobRunView)!);
        await Work.StartedAsync();
        waiting = await RunAsync();
        Assert.Equal(JobRunState.Cancelled, (await Jobs.CancelAsync(TestJob.JobName, waiting.Id, Cancel)).State);
        await Jobs.CancelAsync(TestJob.JobName, running.Id, Cancel);
        Assert.Equal(JobRunState.Cancelled, (await EndedAsync(run => run.Id == running.Id)).State);
        await Assert.ThrowsAsync<ConflictException>(() => Jobs.CancelAsync(TestJob.JobName, running.Id, Cancel));
        await Assert.ThrowsAsync<NotFoundException>(() => Jobs.CancelAsync(TestJob.JobName, Guid.Empty, Cancel));
    }

    [Fact]
    public async Task A_run_that_the_server_s_stop_cut_off_runs_again_at_the_next_start()
    {
        JobRunView run;
        await using (Start())
        {
            run = await RunAsync();
            await Work.StartedAsync();
        }

        Assert.Equal(JobRunState.Interrupted, (await Jobs.FindRunAsync(TestJob.JobName, run.Id, Cancel)).State);
        await App.DisposeAsync();
        App = AddNode();
        Work.Release();
        await using var working = Start();
        Assert.Equal(JobRunState.Completed, (await EndedAsync(found => found.Attempt == 2)).State);
    }

    [Fact]
    public async Task A_schedule_is_edited_while_the_server_runs()
    {
        Work.ReleaseAll();
        await using var working = Start();
        var bad = await Assert.ThrowsAsync<ValidationException>(() =>
            Jobs.ScheduleAsync(TestJob.JobName, "every day", paused: null, "test", Cancel)
        );
        Assert.Contains("Use six fields", Assert.Single(bad.Errors).ErrorMessage, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ValidationException>(() =>
            Jobs.ScheduleAsync(TestJob.JobName, "0 0 0 1 1 ? 1999", paused: null, "test", Cancel)
        );

        var job = await Jobs.ScheduleAsync(TestJob.JobName, "0/1 * * * * ?", paused: null, "test", Cancel);
        Assert.Equal(5, job.NextFirings.Count);
        Assert.Equal(TimeSpan.FromSeconds(1), job.NextFirings[1] - job.NextFirings[0]);
        var fired = await EndedAsync(run => run.DueAt is not null);
        Assert.Equal((JobRunState.Completed, 0), (fired.State, fired.DueAt!.Value.Millisecond));

        Assert.Empty((await Jobs.ScheduleAsync(TestJob.JobName, cron: null, paused: true, "test", Cancel)).NextFirings);
    }

    [Fact]
    public async Task Firings_that_were_missed_while_no_server_ran_are_made_up_by_one()
    {
        Work.ReleaseAll();
        var now = TimeProvider.System.GetUtcNow();
        var store = App.Services.GetRequiredService<JobStore>();
        await store.TryAddAsync(JobRun.Due(TestJob.JobName, now.AddDays(-3), now.AddDays(-3)));
        await Jobs.ScheduleAsync(TestJob.JobName, "0 0 0 * * ?", paused: null, "test", Cancel);
        await using var working = Start();
        var midnight = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        Assert.Equal(midnight, (await EndedAsync(run => run.DueAt > now.AddDays(-2))).DueAt);
        Assert.Equal(2, (await Jobs.RunsAsync(TestJob.JobName, cursor: null, 10, Cancel)).Items.Count);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Jobs_go_on_when_the_clock_is_set(int hours)
    {
        Work.ReleaseAll();
        await Jobs.ScheduleAsync(TestJob.JobName, "0/1 * * * * ?", paused: null, "test", Cancel);
        await using var working = Start();
        await EndedAsync(run => run.DueAt is not null);
        var before = Clock.GetUtcNow();
        Clock.Shift += TimeSpan.FromHours(hours);
        var (from, to) = hours < 0 ? (before.AddHours(-1), before.AddMinutes(-30)) : (before.AddMinutes(30), before.AddHours(2));
        await EndedAsync(run => run.DueAt > from && run.DueAt < to);
    }

    [Fact]
    public async Task What_was_due_before_the_clock_was_set_back_keeps_no_later_firing_from_running()
    {
        Work.ReleaseAll();
        var now = Clock.GetUtcNow();
        // While no server ran: every firing of the next hour has its run already.
        var store = App.Services.GetRequiredService<JobStore>();
        var second = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        for (var i = 0; i < 60; i++)
            await store.TryAddAsync(JobRun.Due(TestJob.JobName, second.AddMinutes(2).AddSeconds(i), second.AddMinutes(2).AddSeconds(i)));
        await Jobs.ScheduleAsync(TestJob.JobName, "0/1 * * * * ?", paused: null, "test", Cancel);
        await using var working = Start();
        await EndedAsync(run => run.DueAt < now.AddMinutes(1));
        Assert.DoesNotContain((await Jobs.RunsAsync(TestJob.JobName, cursor: null, 100, Cancel)).Items, run =>
            run.DueAt > Clock.GetUtcNow().AddMinutes(1)
        );
    }

    [Fact]
    public async Task A_schedule_that_is_over_stops_nothing_else()
    {
        await App.ExecuteAsync($"UPDATE \"JobSchedules\" SET \"Cron\" = '0 0 0 25 12 ? 2020' WHERE \"Job\" = '{TestJob.JobName}'");
        await using var working = Start();
        Assert.Empty((await Jobs.ListAsync(Cancel)).Single(job => job.Name == TestJob.JobName).NextFirings);
        Work.Release();
        var run = await RunAsync();
        Assert.Equal(JobRunState.Completed, (await EndedAsync(found => found.Id == run.Id)).State);
    }

    [Fact]
    public async Task Many_runs_of_one_job_that_wait_do_not_hold_up_another()
    {
        for (var i = 0; i < 120; i++)
            await RunAsync();
        var other = await Jobs.RunAsync("housekeeping", "test", Cancel);
        await using var working = Start();
        Assert.Equal(JobRunState.Completed, (await EndedAsync(found => found.Id == other.Id, "housekeeping")).State);
    }

    [Fact]
    public async Task The_newest_thousand_runs_are_kept()
    {
        await App.InScopeAsync(async scope =>
        {
            var context = scope.GetRequiredService<GourmetGramDbContext>();
            for (var i = 0; i < 1005; i++)
            {
                var run = JobRun.Requested(TestJob.JobName, "test", Some.Time.AddSeconds(i));
                run.Cancel(Some.Time.AddSeconds(i));
                context.Add(run);
            }

            await context.SaveChangesAsync(Cancel);
        });
        Assert.Equal(5, await Jobs.ForgetOldRunsAsync(Cancel));
        Assert.Equal(0, await Jobs.ForgetOldRunsAsync(Cancel));
        var page = await Jobs.RunsAsync(TestJob.JobName, cursor: null, 100, Cancel);
        Assert.Equal(Some.Time.AddSeconds(1004), page.Items[0].QueuedAt);
        Assert.Equal(
            page.Items[^1].QueuedAt.AddSeconds(-1),
            (await Jobs.RunsAsync(TestJob.JobName, page.Next, 100, Cancel)).Items[0].QueuedAt
        );
    }

    private protected PersistenceHost AddNode() =>
        AddHost(more: services =>
        {
            services.AddScheduling();
            services.AddSingleton(Work);
            services.AddSingleton<TimeProvider>(Clock);
            services.AddSingleton(TestJob.Doing(Work));
            services.PostConfigure<JobOptions>(options => options.LeaseSeconds = 600);
        });

    private protected Working Start(PersistenceHost? node = null) => new((node ?? App).Services.GetRequiredService<JobScheduler>());

    private protected Task<JobRunView> RunAsync() => Jobs.RunAsync(TestJob.JobName, "test", Cancel);

    /// <summary>Waits for a run that has ended.</summary>
    private protected async Task<JobRunView> EndedAsync(Func<JobRunView, bool> which, string job = TestJob.JobName)
    {
        JobRunView? ended = null;
        await Waiting.UntilAsync(async () =>
            (
                ended = (await Jobs.RunsAsync(job, cursor: null, 100, Cancel)).Items.FirstOrDefault(run =>
                    which(run) && run.EndedAt is not null
                )
            )
                is not null
        );
        return ended!;
    }

    /// <summary>The scheduler of a server that runs.</summary>
    private protected sealed class Working : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly Task running;

        public Working(JobScheduler scheduler)
        {
            running = scheduler.RunAsync(stop.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await running;
            stop.Dispose();
        }
    }
}

/// <summary>What the job of these tests does, and how often at once.</summary>
internal sealed class TestWork
{
    private readonly Channel<bool> started = Channel.CreateUnbounded<bool>();
    private readonly Channel<bool> released = Channel.CreateUnbounded<bool>();
    private int now;

    public int MostAtOnce { get; private set; }

    public Exception? Fault { get; set; }

    /// <summary>Waits until the work has been begun once more.</summary>
    public Task StartedAsync() =>
        started.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Lets one run go on to its end.</summary>
    public void Release() => released.Writer.TryWrite(true);

    public void ReleaseAll()
    {
        for (var i = 0; i < 1000; i++)
            Release();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref now));
        try
        {
            started.Writer.TryWrite(true);
            await released.Reader.ReadAsync(cancellationToken);
            if (Fault is not null)
                throw Fault;
        }
        finally
        {
            Interlocked.Decrement(ref now);
        }
    }
}

internal static class TestJob
{
    public const string JobName = "test-work";

    public static JobDescriptor Doing(TestWork work) =>
        new(JobName, "Test work", "Does what a test wants", "0 0 0 1 1 ? 2099", async (_, progress, token) =>
        {
            progress.Report(new JobProgress(3, 7));
            await work.RunAsync(token);
            return new Dictionary<string, long>(StringComparer.Ordinal) { ["done"] = 7 };
        });
}
