using GourmetGram.Infrastructure.Scheduling;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary><c>gourmetgram jobs</c>, without a server and with one.</summary>
public sealed class JobsCommandTests : ServerTests
{
    private Dictionary<string, string> Settings =>
        new(StringComparer.Ordinal) { ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"), ["Jobs__Scheduled"] = "false" };

    [Fact]
    public async Task Jobs_are_listed_run_and_remembered_without_a_server() => await UseAsync();

    [Fact]
    public async Task Jobs_are_listed_run_and_remembered_by_the_server_that_runs()
    {
        await using var server = new HostedServer(Settings);
        await server.ListeningAsync();
        await UseAsync();
    }

    private async Task UseAsync()
    {
        var never = await RunAsync(0, "jobs", "list");
        Assert.Equal(JobTable.All.Select(job => job.Name).Order(StringComparer.Ordinal), never.Lines.Select(line => line.Split('\t')[0]));
        Assert.All(never.Lines, line => Assert.Equal("never", line.Split('\t')[3]));

        Assert.StartsWith(
            "housekeeping: Completed after ",
            (await RunAsync(0, "jobs", "run", "housekeeping")).Output,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "\tCompleted",
            (await RunAsync(0, "jobs", "list")).Lines.Single(line => line.StartsWith("housekeeping\t", StringComparison.Ordinal)),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "\tCompleted\t",
            Assert.Single((await RunAsync(0, "jobs", "history", "housekeeping")).Lines),
            StringComparison.Ordinal
        );
        Assert.Equal((await RunAsync(0, "jobs", "history", "housekeeping")).Lines, (await RunAsync(0, "jobs", "history")).Lines);
        Assert.Contains(
            "Job no-such-job was not found",
            (await RunAsync(1, "jobs", "run", "no-such-job")).Errors,
            StringComparison.Ordinal
        );
    }

    private Task<CommandResult> RunAsync(int exitCode, params string[] arguments) => CommandRun.ExpectAsync(exitCode, Settings, arguments);
}
