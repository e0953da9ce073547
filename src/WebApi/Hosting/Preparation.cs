using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Prepares everything that the first photo needs, for the server and for commands that run without one.</summary>
internal sealed class Preparation(
    IServiceProvider services,
    IServiceScopeFactory scopes,
    StoreGuard guard,
    Outages outages,
    ILogger<Preparation> logger
)
{
    /// <summary>Longest wait for the object store. A slower store is tried again in the background.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(5);

    private bool hasWarned;

    /// <summary>Checks the settings, locks the data directory and loads the model.</summary>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    /// <exception cref="DataDirectoryException">The data directory is in use or cannot be written.</exception>
    /// <exception cref="ModelException">The model does not match its manifest.</exception>
    public void Check()
    {
        services.GetRequiredService<IStartupValidator>().Validate();
        var directory = services.GetRequiredService<DataDirectory>();
        var model = services.GetRequiredService<IClassifier>().Model;
        logger.LogInformation(
            "Data directory {DataDirectory}; model {Model} {Version} {Variant}",
            directory.FullPath,
            model.Name,
            model.Version,
            model.Variant
        );
        var open = services.GetRequiredService<OpenFolders>().Find();
        if (open.Count > 0)
        {
            logger.LogWarning(
                "Other users of this machine can read {Paths}, which contain photos and the keys that sign cookies. Remove their access: "
                    + "chmod -R go= {Arguments}",
                string.Join(" and ", open),
                string.Join(' ', open)
            );
        }
    }

    /// <summary>
    /// Migrates the database, checks that the model's classes match those of the stored predictions, and creates the rows that the program
    /// needs. Then checks that the object store belongs to this database, and finishes interrupted deletions.
    /// </summary>
    /// <exception cref="StartException">
    /// The model's classes differ from those of the stored predictions, or the object store belongs to another installation.
    /// </exception>
    /// <exception cref="DatabaseException">The database is damaged, is newer than the program, or refuses access.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task PrepareDatabaseAsync(CancellationToken cancellationToken, bool checkStore = true)
    {
        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var mediator = scope.ServiceProvider.GetRequiredService<IMediator>();
        var classes = await mediator.Send(new CheckClassSet.Query(), cancellationToken);
        if (classes.Fault is { } fault)
            throw new StartException(fault);
        await SeedAsync(cancellationToken);
        if (!checkStore || !await TryConfirmStoreAsync(cancellationToken))
            return;
        try
        {
            var erasures = await mediator.Send(new FinishErasures.Command(), cancellationToken);
            if (erasures.Finished > 0)
                logger.LogInformation("Removed the images of {Count} deleted predictions that an interruption had left", erasures.Finished);
        }
        catch (StoreUnavailableException e)
        {
            if (!outages.Explains(e))
                logger.LogError(e, "Images of deleted predictions could not be removed; the next start tries again");
        }
    }

    /// <summary>
    /// Checks whether the object store belongs to this database. Until this is confirmed, nothing is written to the store.
    /// </summary>
    /// <returns>False when the store does not answer. Call the method again later.</returns>
    /// <exception cref="StartException">The store belongs to another installation.</exception>
    public async Task<bool> TryConfirmStoreAsync(CancellationToken cancellationToken)
    {
        if (guard.IsConfirmed)
            return true;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StorePatience);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var ownership = await scope
                .ServiceProvider.GetRequiredService<IMediator>()
                .Send(new CheckStoreOwnership.Command(), patience.Token);
            if (ownership.Fault is { } fault)
                throw new StartException(fault);
            guard.Confirm();
            if (hasWarned)
                logger.LogInformation("The object store is available and belongs to this database");
            return true;
        }
        catch (StoreUnavailableException e)
        {
            Warn(e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Warn($"it did not answer within {StorePatience.TotalSeconds:0} s.");
        }

        return false;
    }

    private void Warn(string reason)
    {
        if (!hasWarned)
            logger.LogWarning(
                "The object store does not respond, so new photos wait in the spool until it is known whether it belongs to this "
                    + "database: {Reason}",
                reason
            );
        hasWarned = true;
    }

    private async Task SeedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await scopes.SeedAsync(cancellationToken);
            // The first photo is answered by the model that the history names, not by that of the folder.
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IServingFollower>().FollowAsync(cancellationToken);
        }
        catch (Exception e) when (e is StoreUnavailableException or ConflictException)
        {
            throw new DatabaseUnavailableException(e.Message, e);
        }
    }

    /// <summary>
    /// Sets aside photos without a prediction that earlier processes left behind, and deletes expired idempotency keys. Failures are
    /// logged, and the next start tries again. Call this method after the store is confirmed.
    /// </summary>
    /// <param name="startedAt">When this process began to accept work.</param>
    /// <param name="cancellationToken">Cancels between two steps, so that no step is left half-done.</param>
    public async Task TidyAsync(DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var mediator = scope.ServiceProvider.GetRequiredService<IMediator>();
        try
        {
            var swept = await mediator.Send(new SweepOrphans.Command(startedAt), cancellationToken);
            if (swept.Fault is { } fault)
                logger.LogError("{Fault}", fault);
            var keys = await mediator.Send(new ForgetExpiredKeys.Command(), cancellationToken);
            logger.LogInformation(
                "Cleaned up: set aside {Photos} photos without prediction, restored {Returned}, deleted {Deleted} photos and "
                    + "{Thumbnails} thumbnails of deleted predictions and {Keys} expired keys",
                swept.Photos,
                swept.Returned,
                swept.Deleted,
                swept.Thumbnails,
                keys.Forgotten
            );
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // No failure here justifies stopping a server that already answers requests.
            if (!outages.Explains(e))
                logger.LogError(e, "The clean-up after earlier processes failed; the next start tries again");
        }
    }
}
