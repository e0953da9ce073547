using System.Threading.Channels;
using GourmetGram.WebApi.Operations;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary>Health is looked at in the background and told at once, with its age.</summary>
public sealed class HealthMonitorTests
{
    private readonly FakeTimeProvider time = new();
    private readonly Part part = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private HealthMonitor NewMonitor() => new([part], Options.Create(new HealthOptions { CheckSeconds = 10 }), time);

    [Fact]
    public async Task Many_who_ask_are_told_of_one_check_until_it_is_old()
    {
        var monitor = NewMonitor();
        part.Answer(HealthStatus.Healthy);
        Assert.Equal(("Healthy", 0.0), await AskAsync(monitor));
        time.Advance(TimeSpan.FromSeconds(9));
        part.Answer(HealthStatus.Degraded);
        for (var i = 0; i < 20; i++)
            Assert.Equal(("Healthy", 9.0), await AskAsync(monitor));
        Assert.Equal(1, part.Checks);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("Healthy", 10.0), await AskAsync(monitor));
        await part.CheckedAsync(2);
        await Fixtures.Waiting.UntilAsync(async () => await AskAsync(monitor) == ("Degraded", 0.0));
        Assert.Equal(2, part.Checks);
    }

    [Fact]
    public async Task What_hangs_is_told_as_that_and_not_asked_a_second_time()
    {
        var monitor = NewMonitor();
        part.Answer(HealthStatus.Healthy);
        await AskAsync(monitor);
        time.Advance(TimeSpan.FromSeconds(10));
        part.Hang();
        Assert.Equal(("Healthy", 10.0), await AskAsync(monitor));
        await part.CheckedAsync(2);

        // It ignores that it has taken too long.
        foreach (var words in new[] { "No response within 5 s.", "No response for " })
        {
            await Fixtures.Waiting.UntilAsync(async () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                return (await monitor.ReadAsync(Cancel)) is { Status: "Unhealthy" } ready
                    && ready.Checks["part"].Detail!.StartsWith(words, StringComparison.Ordinal);
            });
        }

        Assert.Equal(2, part.Checks);
        part.Answer(HealthStatus.Healthy);
        await Fixtures.Waiting.UntilAsync(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return (await AskAsync(monitor)).Status == "Healthy";
        });
    }

    [Fact]
    public async Task Before_the_first_check_has_ended_nothing_is_called_healthy()
    {
        var monitor = NewMonitor();
        part.Hang();
        var asking = monitor.ReadAsync(Cancel);
        await part.CheckedAsync(1);
        time.Advance(TimeSpan.FromSeconds(1));
        var ready = await asking;
        Assert.Equal(
            ("Unhealthy", null, "The first check has not finished yet."),
            (ready.Status, ready.AgeSeconds, ready.Checks["part"].Detail)
        );
    }

    [Fact]
    public async Task A_check_that_throws_is_a_fault_of_its_part()
    {
        var monitor = NewMonitor();
        part.Fail(new InvalidOperationException("It broke."));
        Assert.Equal(new Health.Part("Unhealthy", "It broke."), (await monitor.ReadAsync(Cancel)).Checks["part"]);
    }

    private static async Task<(string Status, double? Age)> AskAsync(HealthMonitor monitor)
    {
        var ready = await monitor.ReadAsync(Cancel);
        return (ready.Status, ready.AgeSeconds);
    }

    private sealed class Part : IHealthPart
    {
        private readonly Channel<bool> begun = Channel.CreateUnbounded<bool>();
        private TaskCompletionSource<HealthCheckResult> result = new();
        private int seen;
        private int checks;

        public string Name => "part";

        public int Checks => checks;

        public void Answer(HealthStatus status)
        {
            if (!result.TrySetResult(new HealthCheckResult(status)))
                (result = new()).SetResult(new HealthCheckResult(status));
        }

        public void Fail(Exception e) => result.SetException(e);

        public void Hang() => result = new();

        public async Task CheckedAsync(int count)
        {
            for (; seen < count; seen++)
                await begun.Reader.ReadAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        }

        public Task<HealthCheckResult> CheckAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref checks);
            begun.Writer.TryWrite(true);
            return result.Task;
        }
    }
}
