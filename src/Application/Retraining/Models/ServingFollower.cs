using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Retraining;

/// <summary>What this node remembers between two looks at the history of service.</summary>
internal sealed class ServingMemory
{
    /// <summary>One look at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>Id of the entry that this node follows; null before the first look.</summary>
    public Guid? PeriodId { get; set; }

    /// <summary>A fault that is not in the history yet.</summary>
    public ServingFault? Fault { get; set; }

    /// <summary>The entry whose model could not be loaded, so that the reason is logged once.</summary>
    public Guid? FailedPeriodId { get; set; }
}

/// <inheritdoc cref="IServingFollower"/>
internal sealed class ServingFollower(
    IUnitOfWork work,
    ServingHistory history,
    ServingMemory memory,
    IModelSwitch models,
    IModelFiles files,
    ModelOpener opener,
    IRepository<ServingPeriod> periods,
    IRepository<RegisteredModel> registered,
    ILogger<ServingFollower> logger
) : IServingFollower
{
    private const string Product = "GourmetGram";

    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await memory.Turn.WaitAsync(cancellationToken);
        try
        {
            memory.Fault = models.TakeFault() ?? memory.Fault;
            if (memory.Fault is { } fault)
            {
                await work.RunStepAsync((ServingFollower step) => step.RecordAsync(fault, cancellationToken));
                memory.Fault = null;
                // The model before answers already, but it may not be the one that the history now names.
                memory.PeriodId = null;
            }

            var open = await periods.FirstOrDefaultAsync(new BareServingPeriod(), cancellationToken);
            if (open is null || open.Id == memory.PeriodId)
                return;
            var model = (await registered.FirstOrDefaultAsync(new RegisteredModelById(open.ModelId), cancellationToken))!;
            await SwitchAsync(model, open.Id, cancellationToken);
        }
        finally
        {
            memory.Turn.Release();
        }
    }

    /// <summary>Records that a model failed, unless another model serves meanwhile.</summary>
    /// <returns>Whether an entry was added.</returns>
    private async Task<bool> RecordAsync(ServingFault fault, CancellationToken cancellationToken)
    {
        var current = await history.CurrentAsync(cancellationToken);
        if (!IsSame(current.Model, fault.Model) || await history.PreviousAsync(cancellationToken) is not { } before)
            return false;
        await history.FollowAsync(
            before,
            ServingReason.AutomaticRollback,
            Product,
            fault.Reason.Length > ServingPeriod.NoteLength ? fault.Reason[..ServingPeriod.NoteLength] : fault.Reason,
            trialId: null,
            cancellationToken
        );
        return true;
    }

    private async Task SwitchAsync(RegisteredModel model, Guid periodId, CancellationToken cancellationToken)
    {
        try
        {
            if (!IsSame(model, models.Serving))
                await ServeAsync(model, cancellationToken);
            memory.PeriodId = periodId;
            memory.FailedPeriodId = null;
        }
        catch (Exception e) when (e is UnusableModelException or NotFoundException or StoreUnavailableException)
        {
            if (memory.FailedPeriodId != periodId)
                logger.LogError(
                    "Model {Version} cannot be loaded, so {Serving} goes on: {Reason}",
                    model.Version,
                    models.Serving.Version,
                    e.Message
                );
            memory.FailedPeriodId = periodId;
        }
    }

    private async Task ServeAsync(RegisteredModel model, CancellationToken cancellationToken)
    {
        var head = model.ReadHead();
        if (model.Backbone == models.Base.Backbone)
        {
            models.Serve(Describe(models.Base, model), head);
            return;
        }

        var network = await opener.FindNetworkAsync(model, cancellationToken);
        var directory = await files.FetchAsync(network, cancellationToken);
        await models.ServeFolderAsync(
            directory,
            network.Model.Variant,
            head is null ? null : (loaded => (Describe(loaded, model), head)),
            cancellationToken
        );
    }

    private static ModelDescription Describe(ModelDescription network, RegisteredModel model) =>
        model.Origin == ModelOrigin.Folder
            ? network
            : network with
            {
                Name = model.Model.Name,
                Version = model.Model.Version,
                Variant = model.Model.Variant,
                Sha256 = model.Model.Sha256,
                Temperature = model.Model.Temperature,
                Validation = null,
            };

    private static bool IsSame(RegisteredModel model, ModelDescription described) =>
        (model.Model.Name, model.Model.Version, model.Model.Variant, model.Model.Sha256, model.Model.Temperature)
        == (described.Name, described.Version, described.Variant, described.Sha256, described.Temperature);
}
