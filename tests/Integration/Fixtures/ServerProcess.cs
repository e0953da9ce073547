using System.Diagnostics;
using System.Text;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>GourmetGram as a process of its own, for what only a process shows: signals, exit codes, a foreign working directory.</summary>
internal sealed class ServerProcess : IServer
{
    private readonly Process process;
    private readonly bool wrapped;
    private readonly StringBuilder output = new();
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(string Part, TaskCompletionSource<string> Found)> awaited = [];

    private ServerProcess(ProcessStartInfo start, bool wrapped)
    {
        this.wrapped = wrapped;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.Exited += (_, _) =>
            listening.TrySetException(new InvalidOperationException($"The server ended with {process.ExitCode}:\n{Output}"));
        process.EnableRaisingEvents = true;
    }

    public int Id => process.Id;

    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <summary>The configuration that the tests were built in: <c>Debug</c> or <c>Release</c>.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>
    /// The executable under test: that of the published copy which <c>test.sh</c> makes, because it starts in two thirds of the time; else
    /// the one that was built with the tests.
    /// </summary>
    public static string Built { get; } =
        PublishedApp.Given
        ?? Path.Combine(
            Repository.PathOf("src", "WebApi", "bin"),
            Path.GetRelativePath(Repository.PathOf("tests", "Integration", "bin"), AppContext.BaseDirectory),
            "gourmetgram"
        );

    /// <param name="executable">What to run.</param>
    /// <param name="settings">Environment variables, e.g. <c>GourmetGram__DataDirectory</c>.</param>
    /// <param name="workingDirectory">Where it is started from.</param>
    /// <param name="wrapper">A program that runs it, with its arguments (strace).</param>
    public static ServerProcess Start(
        string executable,
        IReadOnlyDictionary<string, string> settings,
        string? workingDirectory = null,
        params ReadOnlySpan<string> wrapper
    )
    {
        var start = new ProcessStartInfo(wrapper.Length == 0 ? executable : wrapper[0])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
        };
        foreach (var argument in wrapper.Length == 0 ? [] : wrapper[1..])
            start.ArgumentList.Add(argument);
        if (wrapper.Length > 0)
            start.ArgumentList.Add(executable);
        start.Environment.Remove("ORT_DISABLE_TELEMETRY");
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        // Hexadecimal, a minute: compiling code a second time does not pay for a process that lives for seconds.
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "EA60";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var server = new ServerProcess(start, wrapper.Length > 0);
        server.process.Start();
        server.process.BeginOutputReadLine();
        server.process.BeginErrorReadLine();
        return server;
    }

    public Task<Uri> ListeningAsync() => listening.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

    public Task<string> LineAsync(string part)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (output)
        {
            if (output.ToString().Split('\n').FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal)) is { } line)
                return Task.FromResult(line);
            awaited.Add((part, found));
        }

        return found.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    /// <summary>Asks the process to stop, as an operator or a container does, without waiting.</summary>
    public void Terminate()
    {
        // A wrapper has the server as its child. Never by name: other tests run the same executable at the same time.
        using var kill = wrapped
            ? Process.Start("pkill", ["-TERM", "-P", process.Id.ToString()])
            : Process.Start("kill", ["-TERM", process.Id.ToString()]);
        kill.WaitForExit();
    }

    /// <summary>Ends the process at once, as a power cut or the kernel does when memory is short: SIGKILL, which no handler sees.</summary>
    public void Kill()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It had ended before.
        }
    }

    /// <summary>Waits for the end of the process.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await process
            .WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        lock (output)
        {
            output.AppendLine(line);
            foreach (var (part, found) in awaited)
            {
                if (line.Contains(part, StringComparison.Ordinal))
                    found.TrySetResult(line);
            }
        }

        const string marker = "Now listening on: ";
        var at = line.IndexOf(marker, StringComparison.Ordinal);
        if (at >= 0)
            listening.TrySetResult(new Uri(line[(at + marker.Length)..].Trim() + "/"));
    }
}
