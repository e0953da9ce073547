using System.CommandLine;
using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.ObjectStorage;

namespace GourmetGram.WebApi.Commands;

/// <summary><c>gourmetgram storage copy --to S3|FileSystem</c></summary>
internal static class StorageCommand
{
    private const int NotAll = 1;

    /// <param name="settings">Settings of the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var to = new Option<ObjectStoreProvider>("--to")
        {
            Description = "The store to copy to; the other one is copied from.",
            Required = true,
        };
        var further = new Option<string[]>("--bucket")
        {
            Description = "A further bucket: the dataset of a loop that has another bucket than its strategy's.",
            DefaultValueFactory = _ => [],
        };
        var copy = new Command(
            "copy",
            """
            Copies all objects from the one store to the other, with media types and tags, and reads each back. The server must be stopped. What is there already and equal is left out,
            so an interrupted copy goes on where it was. The source stays as it is. An object that fails is named on standard error.
            Exit code: 0 when every object is there and the same, 1 when not, 2 for wrong usage.
            """
        )
        {
            to,
            further,
        };
        copy.SetAction(
            (parsed, cancellationToken) => CopyAsync(parsed.GetRequiredValue(to), parsed.GetValue(further)!, settings, cancellationToken)
        );
        return new Command("storage", "Moves an installation between stores.") { copy };
    }

    private static async Task<int> CopyAsync(
        ObjectStoreProvider to,
        string[] further,
        string[] settings,
        CancellationToken cancellationToken
    )
    {
        var from = to == ObjectStoreProvider.S3 ? ObjectStoreProvider.FileSystem : ObjectStoreProvider.S3;
        // Whatever the settings name now: the S3 server's are needed, and are checked as for a server that uses it.
        using var host = CommandLine.CreateBuilder([.. settings, $"--ObjectStore:Provider={ObjectStoreProvider.S3}"]).Build();
        IObjectStore source,
            target;
        try
        {
            // One of the two lies in the data directory, which is thereby taken: no server starts on it meanwhile.
            source = host.Services.GetRequiredKeyedService<IObjectStore>(from);
            target = host.Services.GetRequiredKeyedService<IObjectStore>(to);
        }
        catch (DataDirectoryException e) when (e.IsInUse)
        {
            throw new CommandException($"{e.Message} Stop the server first: what it writes meanwhile would be left out.", e);
        }

        var buckets = Buckets
            .All.Concat(host.Services.GetRequiredService<StrategyCatalogue>().All.Select(strategy => strategy.Bucket))
            .Concat(further)
            .Distinct(StringComparer.Ordinal);
        var (copied, equal, failed, bytes) = (0, 0, 0, 0L);
        try
        {
            await foreach (var item in new StoreCopy(source, target).RunAsync([.. buckets], cancellationToken))
            {
                switch (item.Outcome)
                {
                    case StoreCopy.Outcome.Copied:
                        (copied, bytes) = (copied + 1, bytes + item.Bytes);
                        break;
                    case StoreCopy.Outcome.Equal:
                        equal++;
                        break;
                    default:
                        failed++;
                        await Console.Error.WriteLineAsync($"{item.Address}: {item.Fault}");
                        break;
                }
            }
        }
        catch (StoreUnavailableException e)
        {
            throw new CommandException($"The copy broke off: {e.Message} Run it again; what was copied is left out.", e);
        }

        await Console.Out.WriteLineAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{copied} objects copied ({bytes >> 20} MiB), {equal} were there already, {failed} failed."
            )
        );
        if (failed > 0)
            return NotAll;
        await Console.Out.WriteLineAsync(
            $"All objects are there and the same. Set ObjectStore:Provider to {to} and start the server; the source was left as it was."
        );
        return 0;
    }
}
