using System.Diagnostics;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>Checkers from npm, which <c>test.sh</c> installs as <c>tests/linters</c> says.</summary>
internal static class Linters
{
    /// <summary>Environment variable with the folder of the installed packages.</summary>
    public const string Variable = "GOURMETGRAM_TEST_LINTERS";

    /// <summary>The path of a file in the packages; without them the calling test is skipped.</summary>
    public static string PathOf(string file)
    {
        var packages = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(packages), $"The linters are not installed: {Variable} does not name them.");
        return Path.Combine(packages!, file);
    }

    /// <summary>Fails with all that a checker says, unless it ends well and without a word of complaint.</summary>
    public static async Task ApproveAsync(string program, params string[] arguments)
    {
        using var checker = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var said = await Task.WhenAll(
            checker.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            checker.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)
        );
        await checker.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(checker.ExitCode == 0, string.Concat(said));
    }
}
