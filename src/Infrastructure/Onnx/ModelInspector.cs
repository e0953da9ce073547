using System.Diagnostics;
using System.Text;
using System.Text.Json;
using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Runs <c>gourmetgram model check DIR --in-this-process --json</c> and compares the labels with those of the installed model. The process
/// gets no secrets, a low priority, and limits of time, memory and output.
/// </summary>
internal sealed class ModelInspector(IOptions<ModelOptions> options, TimeProvider time) : IModelInspector
{
    private const int MostOutput = 1 << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The program to start.</summary>
    public string Executable { get; init; } = Path.Combine(AppContext.BaseDirectory, "gourmetgram");

    public async Task<ModelInspection> InspectAsync(string directory, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var result = await RunAsync(Path.GetFullPath(directory), cancellationToken);
        if (!result.Passed)
            return result;
        var current = ModelManifest.Read(Path.Combine(options.Value.DirectoryPath, ModelManifest.FileName)).Labels;
        return result.Labels.SequenceEqual(current, StringComparer.Ordinal)
            ? result
            : result with
            {
                Passed = false,
                Fault =
                    $"{directory}: expected the classes of the installed model [{string.Join(", ", current)}], found "
                    + $"[{string.Join(", ", result.Labels)}]. Train the model with the installed classes, in the same order.",
            };
    }

    private async Task<ModelInspection> RunAsync(string directory, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Executable, ["model", "check", directory, ForeignModel.Option, "--json"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        CleanEnvironment.Apply(start);
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Longest, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput, stop.Token);
            var errors = ReadAsync(process.StandardError, stop.Token);
            var end = process.WaitForExitAsync(stop.Token);
            if (await ExceedsMemoryAsync(process, end, stop.Token))
                return ModelInspection.Refused(
                    $"{directory}: the model needs more than {ForeignModel.MostMemory >> 20} MB of memory. Use a smaller network."
                );
            await end;
            await errors;
            return Parse(await output) ?? Crashed(directory, process.ExitCode);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ModelInspection.Refused(
                $"{directory}: the check of the model did not end within {Longest.TotalSeconds} seconds. Use a smaller network."
            );
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Watches the process until it ends or its memory exceeds the limit.</summary>
    private async Task<bool> ExceedsMemoryAsync(Process process, Task end, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (!end.IsCompleted)
        {
            if (IsTooLarge(process))
                return true;
            await Task.WhenAny(end, timer.WaitForNextTickAsync(cancellationToken).AsTask());
            cancellationToken.ThrowIfCancellationRequested();
        }

        return false;
    }

    private static bool IsTooLarge(Process process)
    {
        try
        {
            process.Refresh();
            return !process.HasExited && process.WorkingSet64 > ForeignModel.MostMemory;
        }
        catch (InvalidOperationException) when (process.HasExited)
        {
            // It ended between the two questions.
            return false;
        }
    }

    /// <summary>Reads to the end, so that the process never waits, and returns the beginning.</summary>
    private static async Task<string> ReadAsync(StreamReader stream, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            text.Append(buffer, 0, Math.Min(count, MostOutput - text.Length));
        return text.ToString();
    }

    private static ModelInspection? Parse(string output)
    {
        try
        {
            return JsonSerializer.Deserialize<ModelInspection>(output, Json);
        }
        catch (JsonException)
        {
            // Written by a process that ended in the middle, or by the file's own code.
            return null;
        }
    }

    private static ModelInspection Crashed(string directory, int exitCode) =>
        ModelInspection.Refused(
            $"{directory}: the check of the model ended without a result (exit code {exitCode}), so the file would crash the server. "
                + "Export the model again."
        );
}
