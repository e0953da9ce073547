using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using GourmetGram.Domain.Classification;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.WebApi.Commands;

/// <summary>Implements <c>gourmetgram classify PATH… [--tag KEY=VALUE]… [--json]</c>.</summary>
internal sealed class ClassifyCommand(IPhotoClassifier classifier, bool json, JsonSerializerOptions jsonOptions)
{
    private const int NotAll = 1;

    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description =
                $"Photos and folders. In folders and their subfolders, only files with the extension of a photo are used "
                + $"(*{string.Join(", *", PhotoFiles.Extensions)}, in any case; "
                + "other camera formats are refused with a reason). Links are followed. Hidden files are skipped.",
            Arity = ArgumentArity.OneOrMore,
        };
        // Without this check, a misspelt option would be taken for a path.
        paths.Validators.Add(found =>
        {
            foreach (var token in found.Tokens.Where(token => token.Value.StartsWith('-') && !Path.Exists(token.Value)))
                found.AddError($"The option '{token.Value}' does not exist.");
        });
        var json = new Option<bool>("--json")
        {
            Description =
                "Write JSON Lines: for each photo an object {path, prediction} or {path, problem: {status, detail}}. "
                + "Predictions have the same format as in the API.",
        };
        var tags = new Option<string[]>("--tag")
        {
            HelpName = "KEY=VALUE",
            Description =
                $"Tag of all photos, such as kiosk=1. Accuracy is estimated for each tag. Can be given up to {PhotoTags.Most} times.",
        };
        tags.Validators.Add(found =>
        {
            try
            {
                PhotoTags.Parse(found.Tokens.Select(token => token.Value));
            }
            catch (FormatException e)
            {
                found.AddError(e.Message);
            }
        });
        var command = new Command(
            "classify",
            """
            Classifies photos and stores them with their predictions. Calls the server that runs on the same data directory, or works without one.
            Writes a line per photo: path, class and probability, separated by tabs. Unusable photos are listed on standard error with the reason.
            Exit code: 0 if all photos were classified, 1 if not, 2 for wrong usage, 130 if stopped by Ctrl+C.
            """
        )
        {
            paths,
            tags,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    parsed.GetRequiredValue(paths),
                    PhotoTags.Parse(parsed.GetValue(tags) ?? []),
                    parsed.GetValue(json),
                    settings,
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        string[] paths,
        PhotoTags? tags,
        bool json,
        string[] settings,
        CancellationToken cancellationToken
    )
    {
        await using var classifier = await OpenAsync(tags, settings, cancellationToken);
        return await new ClassifyCommand(classifier, json, Composition.CreateJson()).ClassifyAsync(
            PhotoFiles.Find(paths),
            cancellationToken
        );
    }

    /// <summary>
    /// Classifies in this process if it gets the lock of the data directory. Otherwise calls the server that holds the lock.
    /// </summary>
    private static async Task<IPhotoClassifier> OpenAsync(PhotoTags? tags, string[] settings, CancellationToken cancellationToken)
    {
        var builder = CommandLine.CreateBuilder(settings);
        try
        {
            return new InProcessClassifier(await PreparedHost.StartAsync(builder, cancellationToken), tags);
        }
        catch (DataDirectoryException e) when (e.IsInUse)
        {
            return new ServerClassifier(ServerConnection.Open(builder.Configuration, e), tags);
        }
    }

    private async Task<int> ClassifyAsync(IReadOnlyList<PhotoFile> photos, CancellationToken cancellationToken)
    {
        if (photos.Count == 0)
            await Console.Error.WriteLineAsync($"No photos found: no file name ends in {string.Join(", ", PhotoFiles.Extensions)}.");
        var progress = new ProgressBar(Console.IsErrorRedirected || photos.Count == 0 ? null : Console.Error, photos.Count);
        var (done, failed) = (0, 0);
        try
        {
            foreach (var photo in photos)
            {
                progress.Show(done);
                var outcome = photo.Fault is { } fault
                    ? Outcome.Failed(photo.Path, fault)
                    : await ClassifyAsync(photo.Path, cancellationToken);
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
            await Console.Error.WriteLineAsync($"Stopped after {done} of {photos.Count} photos. The photos listed above are stored.");
            throw;
        }
        catch
        {
            progress.Clear();
            throw;
        }

        return failed == 0 ? 0 : NotAll;
    }

    /// <summary>
    /// Classifies one photo. Every failure except <see cref="CommandException"/> becomes an outcome, so that the next photo is still tried.
    /// </summary>
    private async Task<Outcome> ClassifyAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await classifier.ClassifyAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is not CommandException && !cancellationToken.IsCancellationRequested)
        {
            return Outcome.Failed(path, $"The photo could not be classified. {e.GetType().Name}: {e.Message}");
        }
    }

    private Task WriteAsync(Outcome outcome) =>
        (json, outcome) switch
        {
            (true, _) => Console.Out.WriteLineAsync(JsonSerializer.Serialize(outcome, jsonOptions)),
            (false, { Prediction: { } prediction }) => Console.Out.WriteLineAsync(
                FormattableString.Invariant($"{OneLine(outcome.Path)}\t{prediction.Class}\t{prediction.Probability:0.0000}")
            ),
            _ => Console.Error.WriteLineAsync($"{OneLine(outcome.Path)}: {outcome.Problem?.Detail}"),
        };

    /// <summary>
    /// Returns the path without line breaks and tabs, which separate photos and columns. JSON output keeps the path unchanged.
    /// </summary>
    private static string OneLine(string path) =>
        string.Concat(
            path.Select(c =>
                c switch
                {
                    '\n' => @"\n",
                    '\r' => @"\r",
                    '\t' => @"\t",
                    _ when char.IsControl(c) => string.Create(CultureInfo.InvariantCulture, $@"\x{(int)c:X2}"),
                    _ => c.ToString(),
                }
            )
        );
}
