using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Onnx;

namespace GourmetGram.Infrastructure.Training;

/// <summary>Runs the trainer program in the folder of a training, with limits of time and size.</summary>
/// <param name="folder">Absolute path.</param>
/// <param name="version">Version of the model that is trained.</param>
/// <param name="options">Command and limits.</param>
/// <param name="time">Clock.</param>
internal sealed class TrainerFolder(string folder, string version, TrainerOptions options, TimeProvider time) : ITrainerFolder
{
    /// <summary>Name of the folder for the result.</summary>
    public const string Output = "output";

    private const int LongestLine = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private (int Step, int Of) reached;
    private string lastLine = "";

    public required int Photos { get; init; }

    public required Guid? NewestPrediction { get; init; }

    public async Task<string> RunAsync(IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var allowed = SizeOf(folder) + (options.Megabytes * 1_000_000L);
        var command = options.Command.Replace(
            "{job}",
            $"'{folder.Replace("'", "'\\''", StringComparison.Ordinal)}'",
            StringComparison.Ordinal
        );
        using var group = ProcessGroup.Start(command, folder);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(options.Minutes), time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var output = ReadLinesAsync(group.Process.StandardOutput, progress, stop.Token);
            var errors = ReadLinesAsync(group.Process.StandardError, progress, stop.Token);
            var end = group.Process.WaitForExitAsync(stop.Token);
            using var timer = new PeriodicTimer(Pause, time);
            while (!end.IsCompleted)
            {
                if (SizeOf(folder) > allowed)
                    throw new TrainingRefusedException(
                        $"The trainer program wrote more than {options.Megabytes} MB and was ended. Write less, or raise "
                            + "Trainer:Megabytes."
                    );
                await Task.WhenAny(end, timer.WaitForNextTickAsync(stop.Token).AsTask());
                stop.Token.ThrowIfCancellationRequested();
            }

            var code = group.Process.ExitCode;
            // A process that the program left running could keep the pipes open, and reading them would not end.
            group.Kill();
            await Task.WhenAll(output, errors);
            return code == 0 ? await FinishAsync(cancellationToken) : throw new TrainingRefusedException(FailureOf(code));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TrainingRefusedException(
                $"The trainer program did not end within its {options.Minutes} min and was stopped. Train less, or raise Trainer:Minutes."
            );
        }
    }

    public ValueTask DisposeAsync()
    {
        ProcessGroup.KillLeftover(folder);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Reports each line that the program prints: a JSON object with <c>step</c>, or any other text.</summary>
    private async Task ReadLinesAsync(StreamReader stream, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        // A line without an end must not fill the memory.
        var line = new char[LongestLine];
        var buffer = new char[4096];
        var length = 0;
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            foreach (var c in buffer.AsSpan(0, count))
            {
                if (c == '\n')
                    End();
                else if (length < LongestLine)
                    line[length++] = c;
            }
        }

        End();

        void End()
        {
            var text = new string(line, 0, length).Trim();
            length = 0;
            if (text.Length > 0)
                Report(text, progress);
        }
    }

    private void Report(string text, IProgress<TrainingProgress> progress)
    {
        lock (gate)
        {
            if (ReadProgress(text) is { } found)
            {
                reached = (found.Step, found.Of);
                progress.Report(found);
                return;
            }

            lastLine = text;
            progress.Report(new TrainingProgress(reached.Step, reached.Of, text));
        }
    }

    private static TrainingProgress? ReadProgress(string text)
    {
        if (!text.StartsWith('{'))
            return null;
        try
        {
            var line = JsonNode.Parse(text)!.AsObject();
            if (line["step"] is null)
                return null;
            var message = (string?)line["message"];
            if (line["metrics"] is JsonObject metrics)
                message = $"{message} {string.Join(", ", metrics.Select(pair => $"{pair.Key} {pair.Value}"))}".Trim();
            var (step, of) = ((int)line["step"]!, (int?)line["of"] ?? 0);
            return step < 0 || of < 0
                ? null
                : new TrainingProgress(step, of, message ?? string.Create(CultureInfo.InvariantCulture, $"Step {step}"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // Text that happens to begin with a brace is a line of the log.
            return null;
        }
    }

    private string FailureOf(int code) =>
        $"The trainer program ended with exit code {code}. "
        + (lastLine.Length > 0 ? $"Its last line was: {lastLine}" : "It printed nothing.");

    /// <summary>Gives the model its version: a program may copy the manifest of the base model.</summary>
    private async Task<string> FinishAsync(CancellationToken cancellationToken)
    {
        var directory = Path.Combine(folder, Output);
        var file = new FileInfo(Path.Combine(directory, ModelManifest.FileName));
        if (!file.Exists)
            throw new TrainingRefusedException(
                $"The trainer program ended without {Output}/{ModelManifest.FileName}. It must write a manifest of its model."
            );
        if (file.LinkTarget is not null)
            throw new TrainingRefusedException($"{Output}/{ModelManifest.FileName} is a symbolic link. It must be a file.");
        try
        {
            var manifest = JsonNode.Parse(await File.ReadAllTextAsync(file.FullName, cancellationToken))!.AsObject();
            manifest["version"] = version;
            await File.WriteAllTextAsync(file.FullName, manifest.ToJsonString(), cancellationToken);
            return directory;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new TrainingRefusedException($"{Output}/{ModelManifest.FileName} is not a JSON object: {e.Message}");
        }
    }

    private static long SizeOf(string folder)
    {
        var files = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = true,
        };
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", files).Sum(file => file.Length);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // The program removed one meanwhile. The next look counts again.
            return 0;
        }
    }
}
