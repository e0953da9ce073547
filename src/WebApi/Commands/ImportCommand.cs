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
            Description = "Address of the lab's MinIO, e.g. http://minio:9000; without it the server of the ObjectStore settings.",
        };
        var accessKey = new Option<string?>("--access-key")
        {
            Description = "Name of the lab's key; without it that of the ObjectStore settings.",
        };
        var secretKeyFile = new Option<FileInfo?>("--secret-key-file")
        {
            Description = "File with the lab's secret key; without it that of the ObjectStore settings.",
        };
        var prefix = new Option<string?>("--bucket-prefix")
        {
            Description = "What stands before `production` and `tracking` in the names of the lab's buckets; nothing without it.",
        };
        var lab = new Command(
            "lab",
            """
            Takes over the photos in a lab's bucket `production`, with what its tags and `tracking/production.json` tell. The lab's objects stay as they are. The server must be stopped.
            What is here already is left out, so it can be run again and goes on where it broke off. Writes a line per photo: taken, reclassified (the lab kept no probability, so our model
            answered), known or skipped; key; id of the prediction; reason, separated by tabs.
            Exit code: 0 when every photo is here, 1 when some were skipped, 2 for wrong usage.
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
        return new Command("import", "Takes over what another system has gathered.") { lab };
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
            throw new CommandException($"--secret-key-file: there is no file {secretKeyFile.FullName}.");
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
                $"tracking/production.json is not the lab's list: {e.Message} Nothing was taken. Mend it, or move it away to go by the "
                    + "tags alone.",
                e
            );
        }
        catch (Exception e) when (e is StoreUnavailableException or NotFoundException)
        {
            throw new CommandException($"The import broke off: {e.Message} Run it again; what was taken is left out.", e);
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
