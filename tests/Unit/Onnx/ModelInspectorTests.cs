using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Tests.Unit.TestModels;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Unit.Onnx;

/// <summary>What the inspector makes of processes that end as no model would be allowed to. Scripts stand in for them.</summary>
public sealed class ModelInspectorTests : IDisposable
{
    private readonly ModelFolder installed = new(new TestModel());
    private readonly FakeTimeProvider time = new();

    public void Dispose() => installed.Dispose();

    [Theory]
    [InlineData("kill -SEGV $$", "ended without a result (exit code 139), so the file would crash the server.")]
    [InlineData("kill -KILL $$", "ended without a result (exit code 137)")]
    [InlineData("echo 'not JSON'", "ended without a result (exit code 0)")]
    [InlineData("echo '{\"passed\":'; exit 3", "ended without a result (exit code 3)")]
    [InlineData("echo null", "ended without a result (exit code 0)")]
    [InlineData("head -c 100000000 /dev/zero; head -c 1000000 /dev/zero >&2", "ended without a result (exit code 0)")]
    public async Task A_process_that_ends_without_a_result_is_a_refusal(string script, string found)
    {
        var result = await InspectAsync(script, TestContext.Current.CancellationToken);

        Assert.False(result.Passed);
        Assert.Contains(found, result.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_does_not_end_is_stopped_with_its_children()
    {
        var started = installed.Path("started");
        var running = InspectAsync(
            $"sleep 1000 & echo $! > '{started}.new'; mv '{started}.new' '{started}'; wait",
            TestContext.Current.CancellationToken
        );
        while (!File.Exists(started))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        time.Advance(TimeSpan.FromMinutes(1));
        var result = await running;

        Assert.Contains("did not end within 60 seconds", result.Fault, StringComparison.Ordinal);
        Assert.True(HasEnded(int.Parse(await File.ReadAllTextAsync(started, TestContext.Current.CancellationToken))));
    }

    [Fact]
    public async Task A_cancelled_check_stops_its_process()
    {
        using var stop = new CancellationTokenSource();
        var running = InspectAsync("sleep 1000", stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task The_process_gets_no_secrets()
    {
        Environment.SetEnvironmentVariable("GourmetGram__BootstrapAdminKey", "secret");
        var output = installed.Path("environment");
        await InspectAsync($"env > '{output}'", TestContext.Current.CancellationToken);
        Environment.SetEnvironmentVariable("GourmetGram__BootstrapAdminKey", null);

        Assert.DoesNotContain(
            "secret",
            await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    /// <summary>A process that was killed stays in the table until its parent, which is init now, has asked for it.</summary>
    private static bool HasEnded(int process)
    {
        var status = $"/proc/{process}/status";
        for (var attempt = 0; attempt < 1_000_000; attempt++)
        {
            try
            {
                if (!File.Exists(status) || File.ReadAllText(status).Contains("State:\tZ", StringComparison.Ordinal))
                    return true;
            }
            catch (IOException)
            {
                return true;
            }
        }

        return false;
    }

    private Task<ModelInspection> InspectAsync(string script, CancellationToken cancellationToken)
    {
        var executable = installed.Path("stand-in.sh");
        File.WriteAllText(executable, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(executable, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = Options.Create(new ModelOptions { Directory = Path.GetDirectoryName(executable)! });
        return new ModelInspector(options, time) { Executable = executable }.InspectAsync(installed.Path(""), cancellationToken);
    }
}
