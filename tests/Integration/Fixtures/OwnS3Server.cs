using System.Diagnostics;
using System.Security.Cryptography;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>A real S3 server of a test's own (<c>tests/run-s3.sh</c>), which it may kill, hold and start again.</summary>
internal sealed class OwnS3Server : IAsyncDisposable
{
    private const int FirstPort = 30_000;
    private const int Ports = 900;

    private readonly string folder;

    private OwnS3Server(string folder, string[] parts)
    {
        this.folder = folder;
        (Endpoint, AccessKey, SecretKey) = (parts[0], parts[1], parts[2]);
    }

    public string Endpoint { get; }

    public string AccessKey { get; }

    public string SecretKey { get; }

    /// <summary>Starts a server; without Ceph on the machine the calling test is skipped.</summary>
    public static async Task<OwnS3Server> StartAsync()
    {
        Assert.SkipWhen(
            !Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(path => File.Exists(Path.Combine(path, "radosgw"))),
            "Ceph is not installed (Debian: apt-get install radosgw ceph-mon ceph-osd)."
        );
        for (var attempt = 1; ; attempt++)
        {
            var created = Directory.CreateTempSubdirectory("gourmetgram-s3-").FullName;
            // Below the ports that the system gives to clients; the next attempt takes others.
            var port = FirstPort + RandomNumberGenerator.GetInt32(Ports);
            var (code, output) = await RunAsync(created, port.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (code == 0)
                return new OwnS3Server(created, output.Split(' ', StringSplitOptions.TrimEntries));
            Assert.True(attempt < 5, $"The S3 server did not start: {output}");
        }
    }

    /// <summary>Settings of a store with buckets of its own.</summary>
    public Dictionary<string, string> NewStore() =>
        new(StringComparer.Ordinal)
        {
            ["ObjectStore__Provider"] = "S3",
            ["ObjectStore__Endpoint"] = Endpoint,
            ["ObjectStore__AccessKey"] = AccessKey,
            ["ObjectStore__SecretKey"] = SecretKey,
            ["ObjectStore__BucketPrefix"] = S3Server.NewPrefix(),
        };

    public void Kill() => Signal("KILL");

    /// <summary>It takes connections from now on, and answers nobody.</summary>
    public void Hold() => Signal("STOP");

    public void Continue() => Signal("CONT");

    /// <summary>Starts the killed server again, on the same data.</summary>
    public async Task RestartAsync()
    {
        var (code, output) = await RunAsync("gateway", folder);
        Assert.True(code == 0, output);
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("stop", folder);
        Directory.Delete(folder, recursive: true);
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", File.ReadAllText(Path.Combine(folder, "gateway.pid")).Trim()]);
        kill.WaitForExit();
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        using var script = Process.Start(
            new ProcessStartInfo(Repository.PathOf("tests", "run-s3.sh"), arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var error = script.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = await script.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await script.WaitForExitAsync(CancellationToken.None);
        return (script.ExitCode, script.ExitCode == 0 ? output : await error);
    }
}
