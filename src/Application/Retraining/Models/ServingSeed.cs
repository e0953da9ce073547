using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Registers the model of the folder that the server was started with, and makes it serve if no model does or if the folder has changed:
/// heads that were trained on another network cannot serve on this one.
/// </summary>
internal sealed class ServingSeed(
    IUnitOfWork work,
    IExclusiveWork exclusive,
    IModelSwitch models,
    IRepository<ModelVersion> versions,
    IRepository<RegisteredModel> registered,
    IRepository<ServingPeriod> periods,
    IRepository<ShadowRun> shadows,
    TimeProvider time
) : ISeed
{
    private const string Product = "GourmetGram";

    /// <summary>Longer than the lease of a node that crashed while it held the lock.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        if (await FindBaseAsync(cancellationToken) is { } known && await MayServeAsync(known, cancellationToken))
            return;
        await exclusive.RunAsync(
            "seed-models",
            Patience,
            token => work.RunStepAsync((ServingSeed step) => step.AddMissingAsync(token)),
            cancellationToken
        );
    }

    private async Task<bool> AddMissingAsync(CancellationToken cancellationToken)
    {
        var model = await FindBaseAsync(cancellationToken);
        if (model is null)
        {
            var version = await versions.FindOrRegisterAsync(models.Base, time.GetUtcNow(), cancellationToken);
            model = RegisteredModel.OfFolder(await FreeNameAsync(version, cancellationToken), version, Product, time.GetUtcNow());
            registered.Add(model);
        }

        if (await MayServeAsync(model, cancellationToken))
            return false;
        var current = await periods.FirstOrDefaultAsync(new OpenServingPeriod(), cancellationToken);
        periods.Add(
            current is null
                ? ServingPeriod.First(model, Product, time.GetUtcNow())
                : current.Follow(
                    model,
                    ServingReason.Start,
                    Product,
                    "The server was started with another model folder or variant.",
                    time.GetUtcNow()
                )
        );
        if (await shadows.FirstOrDefaultAsync(new OpenShadowRun(), cancellationToken) is { } shadow)
            shadow.Stop(ShadowEnd.ChampionChanged, Product, time.GetUtcNow());
        return true;
    }

    private async Task<RegisteredModel?> FindBaseAsync(CancellationToken cancellationToken) =>
        await versions.FirstOrDefaultAsync(new ModelVersionOf(models.Base), cancellationToken) is { } version
            ? await registered.FirstOrDefaultAsync(new RegisteredModelOf(version.Id), cancellationToken)
            : null;

    /// <summary>Whether the model that serves can serve on this node: it is the folder's, was trained on it, or was imported.</summary>
    private async Task<bool> MayServeAsync(RegisteredModel model, CancellationToken cancellationToken) =>
        await periods.FirstOrDefaultAsync(new OpenServingPeriod(), cancellationToken) is { } current
        && (
            current.ModelId == model.Id
            || current.Model.Origin == ModelOrigin.Imported
            || (current.Model.Origin == ModelOrigin.Trained && current.Model.Backbone == model.Backbone)
        );

    /// <summary>Returns a name that no registered model has: the manifest's version, if need be with variant and hash.</summary>
    private async Task<string> FreeNameAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        string[] names = [version.Version, $"{version.Version}-{version.Variant}", $"{version.Name}-{version.Version}-{version.Variant}"];
        foreach (var name in names)
        {
            if (await registered.FirstOrDefaultAsync(new RegisteredModelByVersion(name), cancellationToken) is null)
                return name;
        }

        return $"{version.Name}-{version.Version}-{version.Sha256[..12]}";
    }
}
