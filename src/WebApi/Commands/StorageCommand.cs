using System.CommandLine;
using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.ObjectStorage;
using GourmetGram.Infrastructure.Persistence;
using MediatR;

namespace GourmetGram.WebApi.Commands;

/// <summary>Implements <c>gourmetgram storage copy --to S3|FileSystem | adopt | orphans list|restore|purge</c>.</summary>
internal static class StorageCommand
{
    private const int NotAll = 1;

    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var to = new Option<ObjectStoreProvider>("--to")
        {
            Description = "The store to copy to. The other store is the source.",
            Required = true,
        };
        var further = new Option<string[]>("--bucket")
        {
            Description = "An additional bucket to copy, which is not in the database.",
            DefaultValueFactory = _ => [],
        };
        var copy = new Command(
            "copy",
            """
            Copies all objects from one store to the other, with media types and tags, and verifies each copy. The server must be stopped.
            Identical objects are skipped, so an interrupted copy can be continued. The source is not changed. Failed objects are listed on standard error.
            Exit code: 0 if all objects were copied, 1 if not, 2 for wrong usage.
            """
        )
        {
            to,
            further,
        };
        copy.SetAction(
            (parsed, cancellationToken) => CopyAsync(parsed.GetRequiredValue(to), parsed.GetValue(further)!, settings, cancellationToken)
        );
        var adopt = new Command(
            "adopt",
            """
            Links the database and the object store in the settings, even if they belonged to other installations. The server must be stopped.
            Another database that uses this store is refused at its next start.
            Exit code: 0 if they were linked.
            """
        );
        adopt.SetAction((_, cancellationToken) => RunAsync(settings, checkStore: false, AdoptAsync, cancellationToken));
        return new Command("storage", "Copies an installation to another store, and manages photos that are not in the database.")
        {
            copy,
            adopt,
            CreateOrphans(settings),
        };
    }

    private static Command CreateOrphans(string[] settings)
    {
        var ids = new Argument<Guid[]>("ID")
        {
            Description = "Ids of the photos' predictions. Without ids, all photos.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var list = new Command(
            "list",
            "Writes a line per photo that was set aside: prediction id, object, bytes, time it was set aside, time it will be deleted "
                + "(UTC), separated by tabs."
        );
        list.SetAction((_, cancellationToken) => RunAsync(settings, checkStore: true, ListAsync, cancellationToken));

        var restore = new Command(
            "restore",
            """
            Restores photos that were set aside. If a photo's prediction is in the database, the photo is moved back.
            Otherwise the photo is classified again and gets a new prediction with its old id and time. Its uploader and feedback are lost.
            Exit code: 0 if all photos were restored, 1 if not.
            """
        )
        {
            ids,
        };
        restore.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    settings,
                    checkStore: true,
                    (mediator, token) => RestoreAsync(mediator, parsed.GetValue(ids)!, token),
                    cancellationToken
                )
        );

        var all = new Option<bool>("--all") { Description = "All photos that were set aside." };
        var purge = new Command(
            "purge",
            "Permanently deletes photos that were set aside, before their 30 days are over: the given ones, or all with --all."
        )
        {
            ids,
            all,
        };
        purge.Validators.Add(result =>
        {
            if (result.GetValue(ids)!.Length > 0 == result.GetValue(all))
                result.AddError("Give the ids of the photos to delete, or --all.");
        });
        purge.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    settings,
                    checkStore: true,
                    (mediator, token) => PurgeAsync(mediator, parsed.GetValue(ids)!, token),
                    cancellationToken
                )
        );
        return new Command(
            "orphans",
            "Manages photos without a prediction, which are set aside and deleted after 30 days. The server must be stopped."
        )
        {
            list,
            restore,
            purge,
        };
    }

    /// <summary>Runs a use case on the prepared database, in this process.</summary>
    private static async Task<int> RunAsync(
        string[] settings,
        bool checkStore,
        Func<IMediator, CancellationToken, Task<int>> work,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var host = await PreparedHost.StartAsync(CommandLine.CreateBuilder(settings), cancellationToken, checkStore);
            try
            {
                await using var scope = host.Services.CreateAsyncScope();
                return await work(scope.ServiceProvider.GetRequiredService<IMediator>(), cancellationToken);
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
        catch (StoreUnavailableException e)
        {
            throw new CommandException($"{e.Message} Run the command again to continue.", e);
        }
    }

    private static async Task<int> AdoptAsync(IMediator mediator, CancellationToken cancellationToken)
    {
        var done = await mediator.Send(new AdoptStore.Command(), cancellationToken);
        await Console.Out.WriteLineAsync($"The database and the object store are now linked, as installation {done.Installation}.");
        if (done.Unnamed > 0)
            await Console.Out.WriteLineAsync(
                done.Fault
                    ?? $"{done.Unnamed} photos in the store have no prediction. The next start sets them aside for {Orphan.DaysKept} days."
            );
        return 0;
    }

    private static async Task<int> ListAsync(IMediator mediator, CancellationToken cancellationToken)
    {
        foreach (var orphan in (await mediator.Send(new ListOrphans.Query(), cancellationToken)).Items)
            await Console.Out.WriteLineAsync(
                $"{orphan.PredictionId}\t{orphan.Address}\t{orphan.Bytes}\t{orphan.SetAsideAt.ToUtcText()}\t{orphan.DeletedAt.ToUtcText()}"
            );
        return 0;
    }

    private static async Task<int> RestoreAsync(IMediator mediator, Guid[] ids, CancellationToken cancellationToken)
    {
        var items = (await mediator.Send(new RestoreOrphans.Command(ids), cancellationToken)).Items;
        foreach (var item in items)
            await Console.Out.WriteLineAsync(
                $"{item.Outcome.ToString().ToLowerInvariant()}\t{item.Orphan.PredictionId}\t{item.Reason}".TrimEnd()
            );
        var left = items.Count(item => item.Outcome == RestoreOrphans.Outcome.Left);
        await Console.Error.WriteLineAsync($"{items.Count - left} photos restored, {left} not restored.");
        return left == 0 ? 0 : NotAll;
    }

    private static async Task<int> PurgeAsync(IMediator mediator, Guid[] ids, CancellationToken cancellationToken)
    {
        var deleted = (await mediator.Send(new PurgeOrphans.Command(ids), cancellationToken)).Deleted;
        await Console.Out.WriteLineAsync($"{deleted.Count} photos deleted.");
        return 0;
    }

    private static async Task<int> CopyAsync(
        ObjectStoreProvider to,
        string[] further,
        string[] settings,
        CancellationToken cancellationToken
    )
    {
        var from = to == ObjectStoreProvider.S3 ? ObjectStoreProvider.FileSystem : ObjectStoreProvider.S3;
        // The copy needs the S3 settings even if the file system is the current provider. Naming S3 here makes the host validate them.
        using var host = CommandLine.CreateBuilder([.. settings, $"--ObjectStore:Provider={ObjectStoreProvider.S3}"]).Build();
        IObjectStore source,
            target;
        try
        {
            // One of the two stores is in the data directory. Opening it locks the directory, so no server can start on it meanwhile.
            source = host.Services.GetRequiredKeyedService<IObjectStore>(from);
            target = host.Services.GetRequiredKeyedService<IObjectStore>(to);
        }
        catch (DataDirectoryException e) when (e.IsInUse)
        {
            throw new CommandException($"{e.Message} Stop the server first, because the copy would miss what it writes.", e);
        }

        var buckets = Buckets
            .All.Concat(await DatasetsAsync(host.Services, cancellationToken))
            .Concat(further)
            .Distinct(StringComparer.Ordinal);
        await RequireSameOwnerAsync(source, target, cancellationToken);
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
            throw new CommandException($"The copy stopped: {e.Message} Run the command again to continue.", e);
        }

        await Console.Out.WriteLineAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{copied} objects copied ({bytes >> 20} MiB), {equal} already existed, {failed} failed."
            )
        );
        if (failed > 0)
            return NotAll;
        await Console.Out.WriteLineAsync(
            $"All objects were copied. Set ObjectStore:Provider to {to} and start the server. The source was not changed."
        );
        return 0;
    }

    /// <summary>Returns the buckets of all datasets, including those that a loop filled before it was given another bucket.</summary>
    private static async Task<IReadOnlyList<string>> DatasetsAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(cancellationToken);
            await services.GetRequiredService<IServiceScopeFactory>().SeedAsync(cancellationToken);
            await using var scope = services.CreateAsyncScope();
            var datasets = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new ListDatasets.Query(), cancellationToken);
            return [.. datasets.Items.Select(dataset => dataset.Bucket)];
        }
        catch (Exception e) when (e is DatabaseUnavailableException or StoreUnavailableException or ConflictException)
        {
            throw new CommandException($"The database, which lists the datasets to copy, does not respond: {e.Message}", e);
        }
    }

    /// <exception cref="CommandException">The target belongs to another installation.</exception>
    private static async Task RequireSameOwnerAsync(IObjectStore source, IObjectStore target, CancellationToken cancellationToken)
    {
        try
        {
            var (from, to) = (await StoreOwner.ReadAsync(source, cancellationToken), await StoreOwner.ReadAsync(target, cancellationToken));
            if (to is not null && from != to)
                throw new CommandException(
                    "The target store belongs to another installation. Nothing was copied. Use another store, or delete its contents."
                );
        }
        catch (StoreUnavailableException e)
        {
            throw new CommandException($"Nothing was copied: {e.Message}", e);
        }
    }
}
