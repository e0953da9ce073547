using System.Text;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>What a command said, and how it ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>
/// A command of the executable, run to its end in the test's process, where its code has been compiled for earlier tests. The commands that
/// the documentation shows are run as processes too.
/// </summary>
internal static class CommandRun
{
    private static readonly RoutedWriter Output = new();
    private static readonly RoutedWriter Errors = new();

    static CommandRun()
    {
        (Output.Usual, Errors.Usual) = (Console.Out, Console.Error);
        Console.SetOut(Output);
        Console.SetError(Errors);
    }

    /// <param name="settings">As environment variables are named, e.g. <c>GourmetGram__DataDirectory</c>.</param>
    /// <param name="arguments">The command with its arguments.</param>
    public static Task<CommandResult> RunAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        string[] all =
        [
            .. arguments,
            .. settings
                .Where(setting => setting.Key.Contains("__", StringComparison.Ordinal))
                .Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}"),
        ];
        var main = typeof(Program).Assembly.EntryPoint!;
        return Task.Run(
                () =>
                {
                    var (output, errors) = (Output.Begin(), Errors.Begin());
                    var code = (int)main.Invoke(null, [all])!;
                    return new CommandResult(code, output.ToString(), errors.ToString());
                },
                TestContext.Current.CancellationToken
            )
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
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

    /// <summary>Keeps what a command and the tasks that it starts write; what others write goes where it usually goes.</summary>
    private sealed class RoutedWriter : TextWriter
    {
        private readonly AsyncLocal<StringWriter?> own = new();

        public override Encoding Encoding => Encoding.UTF8;

        public TextWriter Usual { get; set; } = Null;

        public StringWriter Begin() => own.Value = new StringWriter();

        public override void Write(char value)
        {
            var writer = own.Value ?? Usual;
            lock (writer)
                writer.Write(value);
        }

        public override void Write(string? value)
        {
            var writer = own.Value ?? Usual;
            lock (writer)
                writer.Write(value);
        }

        public override void Write(char[] buffer, int index, int count)
        {
            var writer = own.Value ?? Usual;
            lock (writer)
                writer.Write(buffer, index, count);
        }
    }
}
