using System.Diagnostics;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary>README's first command does as it is told: by the environment, and by paths from where it was started.</summary>
public sealed class DotnetRunTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-dotnet-run-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_command_reads_and_writes_where_its_caller_says()
    {
        await File.WriteAllBytesAsync(Path.Combine(folder, "lunch.jpg"), Photos.New(), Cancel);
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "run",
                "--no-build",
                "-c",
                ServerProcess.Configuration,
                "--project",
                Repository.PathOf("src", "WebApi"),
                "--",
                "classify",
                "lunch.jpg",
            ]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["GourmetGram__DataDirectory"] = "kept";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.True(process.ExitCode == 0, await errors);
        Assert.StartsWith("lunch.jpg\t", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "kept", "gourmetgram.db")));
    }

    [Fact]
    public async Task The_server_listens_where_the_environment_says()
    {
        // The argument in place of an executable is one that the server takes.
        await using var server = ServerProcess.Start(
            "--Metrics:Access=Admin",
            new Dictionary<string, string> { ["GourmetGram__DataDirectory"] = "kept", ["ASPNETCORE_URLS"] = "http://127.0.0.2:0" },
            folder,
            "dotnet",
            "run",
            "--no-build",
            "-c",
            ServerProcess.Configuration,
            "--project",
            Repository.PathOf("src", "WebApi"),
            "--"
        );
        Assert.Equal("127.0.0.2", (await server.ListeningAsync()).Host);
        Assert.True(File.Exists(Path.Combine(folder, "kept", "lock")));
    }
}
