using System.CommandLine;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.WebApi.Commands;

/// <summary>
/// Parses and runs the commands of the executable. Without a command, the executable is the server and all arguments are settings:
/// <c>--key=value</c>, <c>--key value</c>, <c>/key=value</c> or <c>key=value</c>. Commands take settings as <c>--Section:Name=value</c>.
/// </summary>
internal static class CommandLine
{
    /// <summary>Name of the requester that histories and the log show for a command that runs without a server.</summary>
    public const string Requester = "command line";

    private const int WrongUsage = 2;
    private const int Stopped = 130;

    private static readonly string[] Questions = ["--help", "-h", "-?", "--version"];

    /// <summary>
    /// Returns whether the arguments name a command, or ask for help or the version. Otherwise they are the server's settings.
    /// </summary>
    public static bool IsCommand(string[] arguments) =>
        arguments.Any(Questions.Contains)
        || (
            arguments.FirstOrDefault(argument => !IsSetting(argument)) is { Length: > 0 } first
            && first[0] is not ('-' or '/')
            && !first.Contains('=', StringComparison.Ordinal)
        );

    /// <returns>0: success; 1: partial failure; 2: wrong usage; 130: stopped by Ctrl+C.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        string[] settings = [.. arguments.Where(IsSetting)];
        var root = new RootCommand(
            """
            Classifies photos and improves with feedback. Without a command, starts the server; arguments are its settings (--Section:Name=value).
            Settings can also be given as environment variables (Section__Name=value) and in appsettings.json beside the executable.
            docs/settings.md lists them.
            """
        )
        {
            AccuracyCommand.Create(settings),
            ClassifyCommand.Create(settings),
            DatasetCommand.Create(settings),
            DoctorCommand.Create(settings),
            ImportCommand.Create(settings),
            JobsCommand.Create(settings),
            MediaKeysCommand.Create(settings),
            ModelCommand.Create(settings),
            PipelineCommand.Create(settings),
            StorageCommand.Create(settings),
            TrainCommand.Create(settings),
            UsersCommand.Create(settings),
        };
        var result = root.Parse([.. arguments.Where(argument => !IsSetting(argument))]);
        try
        {
            // Program catches exceptions and writes each one as a sentence.
            var code = await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
            return result.Errors.Count > 0 ? WrongUsage : code;
        }
        catch (OperationCanceledException)
        {
            return Stopped;
        }
    }

    /// <summary>
    /// Creates a host for a command that runs without the server. The host has all services of the server except those that answer
    /// requests.
    /// </summary>
    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static HostApplicationBuilder CreateBuilder(string[] settings)
    {
        var builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = settings, ContentRootPath = AppContext.BaseDirectory }
        );
        builder.Services.AddGourmetGram(builder.Configuration);
        // Log lines must not mix with the command's output, so they go to standard error.
        builder.Configuration.AddInMemoryCollection([new("Logging:LogLevel:Default", "Warning")]);
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        return builder;
    }

    private static bool IsSetting(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal)
        && argument.IndexOf(':', StringComparison.Ordinal) is > 2 and var colon
        && argument.IndexOf('=', StringComparison.Ordinal) > colon;
}
