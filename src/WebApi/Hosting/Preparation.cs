using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>What has to be right before the first photo, for the server and for commands that run without one.</summary>
internal sealed class Preparation(IServiceProvider services, IServiceScopeFactory scopes, ILogger<Preparation> logger)
{
    /// <summary>Checks the settings, takes the data directory, loads the model.</summary>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    /// <exception cref="DataDirectoryException">The data directory is in use or cannot be written.</exception>
    /// <exception cref="ModelException">The model is not what its manifest says.</exception>
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
    }

    /// <summary>Brings the database to this version, compares the model's classes with those of the stored predictions, and finishes erasures that were interrupted.</summary>
    /// <exception cref="StartException">The classes of the model are not those of the stored predictions.</exception>
    /// <exception cref="DatabaseException">The database is damaged, newer than the program, or refuses.</exception>
    /// <exception cref="DatabaseUnavailableException">It does not answer.</exception>
    public async Task PrepareDatabaseAsync(CancellationToken cancellationToken)
    {
        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var mediator = scope.ServiceProvider.GetRequiredService<IMediator>();
        var classes = await mediator.Send(new CheckClassSet.Query(), cancellationToken);
        if (classes.Fault is { } fault)
            throw new StartException(fault);
        try
        {
            var erasures = await mediator.Send(new FinishErasures.Command(), cancellationToken);
            if (erasures.Finished > 0)
                logger.LogInformation("Removed the images of {Count} erased predictions that an interruption had left", erasures.Finished);
        }
        catch (StoreUnavailableException e)
        {
            logger.LogError(e, "Images of erased predictions could not be removed; the next start tries again");
        }
    }

    /// <summary>Removes what earlier processes left and nobody needs: photos without prediction, expired idempotency keys. What fails is logged; the next run finds it again.</summary>
    /// <param name="startedAt">When this process began to accept work.</param>
    /// <param name="cancellationToken">Ends it between two steps; nothing is left half-done.</param>
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
                "Tidied up: removed {Photos} photos and {Thumbnails} thumbnails that no prediction names, and {Keys} expired idempotency keys",
                swept.Photos,
                swept.Thumbnails,
                keys.Forgotten
            );
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it is, it is no reason to stop a server that answers.
            logger.LogError(e, "What earlier processes left could not be removed; the next start tries again");
        }
    }
}
