using System.CommandLine;
using System.Text.Json;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.WebApi.Commands;

/// <summary><c>gourmetgram classify PATH… [--json]</c></summary>
internal sealed class ClassifyCommand(IPhotoClassifier classifier, bool json, JsonSerializerOptions jsonOptions)
{
    private const int NotAll = 1;

    /// <param name="settings">Settings of the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description =
                "Photos, and folders to look for *.jpg, *.jpeg, *.png and *.webp in, with the folders in them. Links and hidden files in folders are left out.",
            Arity = ArgumentArity.OneOrMore,
        };
        // What looks like an option and is none would else be taken for a path.
        paths.Validators.Add(found =>
        {
            foreach (var token in found.Tokens.Where(token => token.Value.StartsWith('-') && !Path.Exists(token.Value)))
                found.AddError($"There is no option '{token.Value}'.");
        });
        var json = new Option<bool>("--json")
        {
            Description =
                "Write JSON Lines: for each photo an object {path, prediction} or {path, problem: {status, detail}}; the prediction is as in the API, nothing rounded.",
        };
        var command = new Command(
            "classify",
            """
            Classifies photos and keeps them, each with its prediction. Calls the server that is running on the same data directory, or does without when there is none.
            Writes a line per photo: path, class and probability, separated by tabs. A photo that cannot be used is named on standard error with the reason.
            Exit code: 0 when all photos were classified, 1 when not all were, 2 for wrong usage, 130 when stopped by Ctrl+C.
            """
        )
        {
            paths,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(paths), parsed.GetValue(json), settings, cancellationToken)
        );
        return command;
    }

    private static async Task<int> RunAsync(string[] paths, bool json, string[] settings, CancellationToken cancellationToken)
    {
        await using var classifier = await OpenAsync(settings, cancellationToken);
        return await new ClassifyCommand(classifier, json, Composition.CreateJson()).ClassifyAsync(
            PhotoFiles.Find(paths),
            cancellationToken
        );
    }

    /// <summary>The lock decides: who gets the data directory works in this process; else the process that has it is asked.</summary>
    private static async Task<IPhotoClassifier> OpenAsync(string[] settings, CancellationToken cancellationToken)
    {
        var builder = CommandLine.CreateBuilder(settings);
        try
        {
            return new InProcessClassifier(await PreparedHost.StartAsync(builder, cancellationToken));
        }
        catch (DataDirectoryException e) when (e.IsInUse)
        {
            return new ServerClassifier(ServerConnection.Open(builder.Configuration, e));
        }
    }

    private async Task<int> ClassifyAsync(IReadOnlyList<PhotoFile> photos, CancellationToken cancellationToken)
    {
        if (photos.Count == 0)
            await Console.Error.WriteLineAsync("There are no photos here: no *.jpg, *.jpeg, *.png or *.webp.");
        var progress = new ProgressBar(Console.IsErrorRedirected || photos.Count == 0 ? null : Console.Error, photos.Count);
        var (done, failed) = (0, 0);
        try
        {
            foreach (var photo in photos)
            {
                progress.Show(done);
                var outcome = photo.Fault is { } fault
                    ? Outcome.Failed(photo.Path, fault)
                    : await classifier.ClassifyAsync(photo.Path, cancellationToken);
                progress.Clear();
                await WriteAsync(outcome);
                done++;
                if (outcome.Problem is not null)
                    failed++;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            progress.Clear();
            await Console.Error.WriteLineAsync($"Stopped after {done} of {photos.Count} photos. What was written above is kept.");
            throw;
        }
        catch
        {
            progress.Clear();
            throw;
        }

        return failed == 0 ? 0 : NotAll;
    }

    private Task WriteAsync(Outcome outcome) =>
        (json, outcome) switch
        {
            (true, _) => Console.Out.WriteLineAsync(JsonSerializer.Serialize(outcome, jsonOptions)),
            (false, { Prediction: { } prediction }) => Console.Out.WriteLineAsync(
                FormattableString.Invariant($"{outcome.Path}\t{prediction.Class}\t{prediction.Probability:0.0000}")
            ),
            _ => Console.Error.WriteLineAsync($"{outcome.Path}: {outcome.Problem?.Detail}"),
        };
}
