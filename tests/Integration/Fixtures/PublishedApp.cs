using System.Diagnostics;
using GourmetGram.Tests.Integration.Fixtures;

[assembly: AssemblyFixture(typeof(PublishedApp))]

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>The self-contained copy that README tells to make, published once for all tests that need it, and only when one does.</summary>
public sealed class PublishedApp : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-published-").FullName;
    private readonly Lazy<Task<string>> executable;

    public PublishedApp() => executable = new Lazy<Task<string>>(PublishAsync);

    /// <summary>The executable.</summary>
    public Task<string> ExecutableAsync() => executable.Value;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<string> PublishAsync()
    {
        // The analyzers change nothing in what is published, and ran when the tests were built.
        using var publish = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    "publish",
                    Repository.PathOf("src", "WebApi"),
                    "-c",
                    "Release",
                    "-r",
                    "linux-x64",
                    "--self-contained",
                    "-o",
                    folder,
                    "-p:RunAnalyzers=false",
                    "-p:EnforceCodeStyleInBuild=false",
                ]
            )
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }
        )!;
        var log = await publish.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await publish.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(publish.ExitCode == 0, log);
        return Path.Combine(folder, "gourmetgram");
    }
}
