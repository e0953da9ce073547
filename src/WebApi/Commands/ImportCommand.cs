using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.ObjectStorage;
using MediatR;

namespace GourmetGram.WebApi.Commands;

/// <summary>Implements <c>gourmetgram import lab --endpoint …</c>.</summary>
internal static class ImportCommand
{
    private const int NotAll = 1;

    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var endpoint = new Option<string?>("--endpoint")
        {
            Description = "Address of the lab's MinIO, e.g. http://minio:9000. Default: ObjectStore:Endpoint.",
        };
        var accessKey = new Option<string?>("--access-key") { Description = "Access key of the lab. Default: ObjectStore:AccessKey." };
        var secretKeyFile = new Option<FileInfo?>("--secret-key-file")
        {
            Description = "File with the secret key of the lab. Default: ObjectStore:SecretKey.",
        };
        var prefix = new Option<string?>("--bucket-prefix")
        {
            Description = "Prefix of `production` and `tracking` in the names of the lab's buckets. Default: none.",
        };
        var lab = new Command(
            "lab",
            """
            Imports the photos in a lab's bucket `production`, with the data in their tags and in `tracking/production.json`. The lab's objects are not changed.
            The server must be stopped. Photos that are already stored are skipped, so the command can be run again to continue.
            Writes a line per photo: taken, reclassified (the lab stored no probability, so the model classified it), known or skipped; key; id of the prediction;
            reason, separated by tabs.
            Exit code: 0 if all photos were imported, 1 if some were skipped, 2 for wrong usage.
            """
        )
        {
            endpoint,
            accessKey,
            secretKeyFile,
            prefix,
        };
        lab.SetAction(
            (parsed, cancellationToken) =>
                ImportAsync(
                    [
                        .. settings,
                        .. LabSettings(
                            parsed.GetValue(endpoint),
                            parsed.GetValue(accessKey),
                            parsed.GetValue(secretKeyFile),
                            parsed.GetValue(prefix)
                        ),
                    ],
                    settings,
                    cancellationToken
                )
        );
        return new Command("import", "Imports photos from another system.") { lab };
    }

    private static IEnumerable<string> LabSettings(string? endpoint, string? accessKey, FileInfo? secretKeyFile, string? prefix)
    {
        yield return $"--ObjectStore:Provider={ObjectStoreProvider.S3}";
        yield return $"--ObjectStore:BucketPrefix={prefix}";
        if (endpoint is not null)
            yield return $"--ObjectStore:Endpoint={endpoint}";
        if (accessKey is not null)
            yield return $"--ObjectStore:AccessKey={accessKey}";
        if (secretKeyFile is null)
            yield break;
        if (!secretKeyFile.Exists)
            throw new CommandException($"--secret-key-file: the file {secretKeyFile.FullName} does not exist.");
        yield return $"--ObjectStore:SecretKey={File.ReadAllText(secretKeyFile.FullName).Trim()}";
        yield return "--ObjectStore:SecretKeyFile=";
    }

    private static async Task<int> ImportAsync(string[] labSettings, string[] settings, CancellationToken cancellationToken)
    {
        // The lab's store does not use the data directory, so the two hosts do not compete for its lock.
        using var lab = CommandLine.CreateBuilder(labSettings).Build();
        var store = lab.Services.GetRequiredKeyedService<IObjectStore>(ObjectStoreProvider.S3);
        try
        {
            var host = await PreparedHost.StartAsync(CommandLine.CreateBuilder(settings), cancellationToken);
            try
            {
                await using var scope = host.Services.CreateAsyncScope();
                return await TakeOverAsync(scope.ServiceProvider.GetRequiredService<IMediator>(), store, cancellationToken);
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

    private static async Task<int> TakeOverAsync(IMediator mediator, IObjectStore lab, CancellationToken cancellationToken)
    {
        try
        {
            var done = (await mediator.Send(new ImportLab.Command(lab, new Lines()), cancellationToken)).Counts;
            await Console.Error.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{done[ImportLab.Outcome.Taken]} taken, {done[ImportLab.Outcome.Reclassified]} reclassified, "
                        + $"{done[ImportLab.Outcome.Known]} known, {done[ImportLab.Outcome.Skipped]} skipped."
                )
            );
            return done[ImportLab.Outcome.Skipped] > 0 ? NotAll : 0;
        }
        catch (JsonException e)
        {
            throw new CommandException(
                $"tracking/production.json is not a valid list: {e.Message} Nothing was imported. Fix it, or move it away to import with "
                    + "the tags only.",
                e
            );
        }
        catch (Exception e) when (e is StoreUnavailableException or NotFoundException)
        {
            throw new CommandException($"The import stopped: {e.Message} Run the command again to continue.", e);
        }
    }

    /// <summary>
    /// Writes a line for each photo immediately and in order. <see cref="Progress{T}"/> would write lines late and out of order.
    /// </summary>
    private sealed class Lines : IProgress<ImportLab.Item>
    {
        public void Report(ImportLab.Item value) =>
            Console.Out.WriteLine($"{value.Outcome.ToString().ToLowerInvariant()}\t{value.Key}\t{value.PredictionId}\t{value.Reason}");
    }
}
