using System.Diagnostics;
using GourmetGram.Tests.Integration.Fixtures;

[assembly: AssemblyFixture(typeof(PublishedApp))]

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// The self-contained copy that README tells to make: the one that <c>test.sh</c> made, else one that is published once, when a test needs
/// it.
/// </summary>
public sealed class PublishedApp : IDisposable
{
    /// <summary>The executable that <c>test.sh</c> published; null without it.</summary>
    public static string? Given { get; } =
        Environment.GetEnvironmentVariable("GOURMETGRAM_TEST_PUBLISHED") is { Length: > 0 } folder
            ? Path.Combine(folder, "gourmetgram")
            : null;

    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-published-").FullName;
    private readonly Lazy<Task<string>> executable;

    public PublishedApp() => executable = new Lazy<Task<string>>(PublishAsync);

    /// <summary>The executable.</summary>
    public Task<string> ExecutableAsync() => executable.Value;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<string> PublishAsync()
    {
        if (Given is not null)
            return Given;
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
