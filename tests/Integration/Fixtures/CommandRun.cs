using System.Diagnostics;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>What a command said, and how it ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A command of the executable, run to its end.</summary>
internal static class CommandProcess
{
    /// <param name="settings">Environment variables, e.g. <c>GourmetGram__DataDirectory</c>.</param>
    /// <param name="arguments">The command with its arguments.</param>
    public static async Task<CommandResult> RunAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(ServerProcess.Built, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process
            .WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        return new CommandResult(process.ExitCode, await output, await errors);
    }

    /// <summary>As <see cref="RunAsync"/>; the test fails with what the command wrote to standard error when it ends otherwise.</summary>
    public static async Task<CommandResult> ExpectAsync(
        int exitCode,
        IReadOnlyDictionary<string, string> settings,
        params string[] arguments
    )
    {
        var result = await RunAsync(settings, arguments);
        Assert.True(result.ExitCode == exitCode, $"{result.ExitCode}: {result.Errors}");
        return result;
    }
}
