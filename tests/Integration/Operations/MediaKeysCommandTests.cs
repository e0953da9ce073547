using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary><c>gourmetgram media-keys</c>, without a server and with one.</summary>
public sealed class MediaKeysCommandTests : ServerTests
{
    private Dictionary<string, string> Settings =>
        new(StringComparer.Ordinal) { ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"), ["Jobs__Scheduled"] = "false" };

    [Fact]
    public async Task Keys_are_listed_changed_and_revoked_without_a_server() => await UseAsync();

    [Fact]
    public async Task Keys_are_listed_changed_and_revoked_by_the_server_that_runs()
    {
        await using var server = new HostedServer(Settings);
        await server.ListeningAsync();
        await UseAsync();
    }

    private async Task UseAsync()
    {
        // The first key is there from the start.
        Assert.Contains("\tcurrent\t", Assert.Single((await RunAsync(0, "list")).Lines), StringComparison.Ordinal);
        var first = Assert.Single((await RunAsync(0, "rotate")).Lines).Split('\t');
        Assert.Equal("current", first[2]);
        await RunAsync(0, "rotate");
        Assert.StartsWith($"{first[0]}\t{first[1]}\tretired\t", (await RunAsync(0, "list")).Lines[1], StringComparison.Ordinal);
        Assert.Contains("\trevoked\t", Assert.Single((await RunAsync(0, "revoke", first[0])).Lines), StringComparison.Ordinal);
        Assert.Contains(
            "Media key no-such-key was not found",
            (await RunAsync(1, "revoke", "no-such-key")).Errors,
            StringComparison.Ordinal
        );
    }

    private Task<CommandResult> RunAsync(int exitCode, params string[] arguments) =>
        CommandRun.ExpectAsync(exitCode, Settings, ["media-keys", .. arguments]);
}
