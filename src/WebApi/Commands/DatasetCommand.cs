using System.CommandLine;
using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.WebApi.Errors;
using GourmetGram.WebApi.Retraining;
using MediatR;

namespace GourmetGram.WebApi.Commands;

/// <summary>Implements <c>gourmetgram dataset build | list | show | export | import</c>.</summary>
internal static class DatasetCommand
{
    private const int NotBuilt = 1;

    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings) =>
        new(
            "dataset",
            "Builds, lists and exports dataset versions. Calls the server that runs on the same data directory, or works without one."
        )
        {
            CreateBuild(settings),
            CreateList(settings),
            CreateShow(settings),
            CreateExport(settings),
            CreateImport(settings),
        };

    private static Command CreateBuild(string[] settings)
    {
        var loops = new Option<string[]>("--loop")
        {
            Description =
                "Loop or import:NAME whose labels are taken; may be repeated. Default: every loop that people label, and every import.",
        };
        var suspects = new Option<bool>("--include-suspects") { Description = "Take unchecked labels that may be wrong." };
        var confidence = new Option<double?>("--model-confidence")
        {
            Description = "Also take unlabelled photos, if the model was at least this sure, e.g. 0.95.",
        };
        var weight = new Option<double?>("--model-weight") { Description = "Weight of these photos, above 0 and below 1. Default: 0.3." };
        var limit = new Option<int?>("--model-limit") { Description = "Maximum number of these photos. Default: 1000." };
        var train = new Option<double?>("--train") { Description = "Share of the groups for training. Default: 0.8." };
        var tune = new Option<double?>("--tune")
        {
            Description = "Share of the groups for choosing settings. Default: the rest. What is left is for testing.",
        };
        var seed = new Option<string?>("--seed") { Description = "Text that decides which groups go to which split." };
        var open = new Option<bool>("--keep-window-open")
        {
            Description = "Do not close the sampling window first. Photos that belong to no window yet are left out.",
        };
        var json = JsonOption();
        var command = new Command("build", "Builds a dataset version, waits for it and writes its id.")
        {
            loops,
            suspects,
            confidence,
            weight,
            limit,
            train,
            tune,
            seed,
            open,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                var names = parsed.GetValue(loops);
                var noisy = (parsed.GetValue(confidence), parsed.GetValue(weight), parsed.GetValue(limit)) is (null, null, null)
                    ? null
                    : new DatasetVersionEndpoints.ModelLabelRequest(
                        parsed.GetValue(confidence),
                        parsed.GetValue(weight),
                        parsed.GetValue(limit)
                    );
                var request = new DatasetVersionEndpoints.DatasetRequest(
                    names is { Length: > 0 } ? names : null,
                    parsed.GetValue(suspects),
                    noisy,
                    parsed.GetValue(train),
                    parsed.GetValue(tune),
                    parsed.GetValue(seed),
                    !parsed.GetValue(open)
                );
                return WithDatasetsAsync(
                    settings,
                    async (datasets, token) =>
                    {
                        var version = await datasets.BuildAsync(request, token);
                        if (parsed.GetValue(json))
                            await WriteJsonAsync(version);
                        else if (version.State == DatasetState.Ready)
                            await Console.Out.WriteLineAsync(version.Id);
                        if (version.State == DatasetState.Ready)
                            return 0;
                        await Console.Error.WriteLineAsync(version.Failure);
                        return NotBuilt;
                    },
                    cancellationToken
                );
            }
        );
        return command;
    }

    private static Command CreateList(string[] settings)
    {
        var json = JsonOption();
        var command = new Command(
            "list",
            "Writes a line per version, newest first: number, id, time (UTC), photos, train, tune, test, state, separated by tabs."
        )
        {
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                WithDatasetsAsync(
                    settings,
                    async (datasets, token) =>
                    {
                        var versions = await datasets.ListAsync(token);
                        if (parsed.GetValue(json))
                        {
                            await WriteJsonAsync(versions);
                            return 0;
                        }

                        foreach (var version in versions)
                        {
                            await Console.Out.WriteLineAsync(
                                string.Create(
                                    CultureInfo.InvariantCulture,
                                    $"{version.Number}\t{version.Id}\t{version.CreatedAt.ToUtcText()}\t{version.Photos}\t"
                                )
                                    + string.Create(
                                        CultureInfo.InvariantCulture,
                                        $"{version.Train}\t{version.Tune}\t{version.Test}\t{version.State}"
                                    )
                            );
                        }

                        return 0;
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command CreateShow(string[] settings)
    {
        var id = IdArgument();
        var json = JsonOption();
        var command = new Command("show", "Writes what a version contains, and what was left out.") { id, json };
        command.SetAction(
            (parsed, cancellationToken) =>
                WithDatasetsAsync(
                    settings,
                    async (datasets, token) =>
                    {
                        var found = await datasets.GetAsync(parsed.GetRequiredValue(id), token);
                        if (parsed.GetValue(json))
                            await WriteJsonAsync(found);
                        else
                            await Console.Out.WriteLineAsync(TextOf(found));
                        return 0;
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command CreateExport(string[] settings)
    {
        var id = IdArgument();
        var format = new Argument<DatasetFormat>("FORMAT")
        {
            Description = "folders, imagefolder, csv, webdataset, croissant or embeddings.",
        };
        var file = new Argument<FileInfo>("FILE") { Description = "The file to write. An existing file is replaced when all is written." };
        var split = new Option<DatasetSplit?>("--split") { Description = "Only photos of this split: train, tune or test." };
        var json = JsonOption();
        var command = new Command("export", "Writes a version to a file for another tool.") { id, format, file, split, json };
        command.SetAction(
            (parsed, cancellationToken) =>
                WithDatasetsAsync(
                    settings,
                    async (datasets, token) =>
                    {
                        var target = parsed.GetRequiredValue(file);
                        var partial = target.FullName + ".part";
                        try
                        {
                            await using (var content = File.Create(partial))
                                await datasets.ExportAsync(
                                    parsed.GetRequiredValue(id),
                                    parsed.GetValue(format),
                                    parsed.GetValue(split),
                                    content,
                                    token
                                );
                            File.Move(partial, target.FullName, overwrite: true);
                        }
                        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                        {
                            throw new CommandException($"{target.FullName} cannot be written: {e.Message}", e);
                        }
                        finally
                        {
                            File.Delete(partial);
                        }

                        if (parsed.GetValue(json))
                            await WriteJsonAsync(new { file = target.FullName, bytes = new FileInfo(target.FullName).Length });
                        return 0;
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command CreateImport(string[] settings)
    {
        var path = new Argument<string>("PATH")
        {
            Description = "A folder with a folder per class, a .csv or .jsonl with files and labels, or a .json export of Label Studio.",
        };
        var name = new Option<string>("--name")
        {
            Description = "Name of the import: a–z, 0–9, '-', '_', '.'. Versions call the source import:NAME.",
            Required = true,
        };
        var photos = new Option<string?>("--photos")
        {
            Description = "Folder of the photos that a file names. Default: the folder of the file.",
        };
        var command = new Command(
            "import",
            """
            Imports labelled photos as a source of dataset versions. The server must be stopped. The photos are classified and stored, but never drawn to
            measure accuracy. Can be run again. Writes a line per photo: taken, labelled (the photo was stored already), known or skipped; file; id of the
            prediction; reason, separated by tabs. Exit code: 0 if all photos were imported, 1 if some were skipped.
            """
        )
        {
            path,
            name,
            photos,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                try
                {
                    var host = await PreparedHost.StartAsync(CommandLine.CreateBuilder(settings), cancellationToken);
                    try
                    {
                        await using var scope = host.Services.CreateAsyncScope();
                        return await ImportAsync(
                            scope.ServiceProvider,
                            parsed.GetRequiredValue(path),
                            parsed.GetValue(photos),
                            parsed.GetRequiredValue(name),
                            cancellationToken
                        );
                    }
                    finally
                    {
                        await host.DisposeHostAsync();
                    }
                }
                catch (DataDirectoryException e) when (e.IsInUse)
                {
                    throw new CommandException($"{e.Message} Stop the server first.", e);
                }
            }
        );
        return command;
    }

    private static async Task<int> ImportAsync(
        IServiceProvider services,
        string path,
        string? photos,
        string name,
        CancellationToken cancellationToken
    )
    {
        var files = LabelledFiles.Find(path, photos, services.GetRequiredService<IClassifier>().Model.Labels);
        try
        {
            var done = await services
                .GetRequiredService<IMediator>()
                .Send(new ImportLabels.Command(name, files.ToAsyncEnumerable(), CommandLine.Requester, new Lines()), cancellationToken);
            return done.Counts[ImportLabels.Outcome.Skipped] > 0 ? NotBuilt : 0;
        }
        catch (Exception e) when (e is FluentValidation.ValidationException or StoreUnavailableException)
        {
            throw new CommandException(ProblemDetailsExceptionHandler.Describe(e).Detail!, e);
        }
    }

    /// <summary>Writes a line for each photo immediately and in order.</summary>
    private sealed class Lines : IProgress<ImportLabels.Item>
    {
        public void Report(ImportLabels.Item value) =>
            Console.Out.WriteLine($"{value.Outcome.ToString().ToLowerInvariant()}\t{value.Name}\t{value.PredictionId}\t{value.Reason}");
    }

    private static Argument<string> IdArgument() =>
        new("ID") { Description = "Id of the version or at least its first 6 characters, its number, or latest." };

    private static Option<bool> JsonOption() => new("--json") { Description = "Write the result as JSON, in the same format as the API." };

    private static Task<int> WithDatasetsAsync(
        string[] settings,
        Func<IDatasetCalls, CancellationToken, Task<int>> work,
        CancellationToken cancellationToken
    ) =>
        PreparedHost.CallAsync<IDatasetCalls>(
            settings,
            services => new InProcessDatasets(services),
            server => new ServerDatasets(server),
            work,
            cancellationToken
        );

    private static Task WriteJsonAsync<TValue>(TValue value) => Console.Out.WriteLineAsync(UseCaseCall.ToJson(value));

    private static string TextOf(GetDatasetVersion.Response found)
    {
        var version = found.Version;
        var lines = new List<string>
        {
            $"Id: {version.Id ?? "none yet"}",
            string.Create(CultureInfo.InvariantCulture, $"Version: {version.Number}, {version.State}"),
            $"Built: {version.CreatedAt.ToUtcText()} by {version.By}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Photos: {version.Photos} ({version.Train} training, {version.Tune} tuning, {version.Test} test), {version.Groups} groups"
            ),
        };
        if (version.Failure is { } failure)
            lines.Add(failure);
        if (found.Deleted > 0)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"Deleted since: {found.Deleted}"));
        if (version.WithoutEmbedding > 0)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"Without embedding: {version.WithoutEmbedding}"));
        lines.AddRange(version.Classes.Select(item => string.Create(CultureInfo.InvariantCulture, $"  {item.Class}: {item.Photos}")));
        lines.AddRange(
            version.LeftOut.Select(pair =>
                string.Create(CultureInfo.InvariantCulture, $"Left out: {DatasetWords.Of(pair.Key)}: {pair.Value}")
            )
        );
        return string.Join(Environment.NewLine, lines);
    }
}
