using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Makes registered models answer photos on this node beside the one that serves.</summary>
internal sealed class ModelOpener(IRepository<RegisteredModel> registered, IModelFiles files, IModelSwitch models, INetworks networks)
{
    /// <summary>Opens a model. The network that was loaded at start is shared; another one is loaded for this model.</summary>
    /// <exception cref="UnusableModelException">The model cannot be used, or its network is not here.</exception>
    /// <exception cref="NotFoundException">The folder of an imported model is not in the object store.</exception>
    /// <exception cref="StoreUnavailableException">The object store does not respond.</exception>
    public async Task<OpenModel> OpenAsync(RegisteredModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (head, temperature, classes) = (model.ReadHead(), model.Model.Temperature, model.Model.Labels.Length);
        if (model.Backbone == models.Base.Backbone)
            return new OpenModel(model.Backbone, temperature, classes, head ?? models.BaseHead, networks.Base, own: null);
        var network = await FindNetworkAsync(model, cancellationToken);
        var directory = await files.FetchAsync(network, cancellationToken);
        var loaded = await networks.LoadAsync(directory, network.Model.Variant, cancellationToken);
        return new OpenModel(model.Backbone, temperature, classes, head, loaded, loaded);
    }

    /// <summary>Returns the imported model whose folder has the network of a model.</summary>
    /// <exception cref="UnusableModelException">There is none.</exception>
    public async Task<RegisteredModel> FindNetworkAsync(RegisteredModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Origin == ModelOrigin.Imported)
            return model;
        return await registered.FirstOrDefaultAsync(new ImportedNetwork(model.Backbone), cancellationToken)
            ?? throw new UnusableModelException(
                $"Model {model.Version} was trained on the network {model.Backbone[..12]}…, which is not here. Start the server with the "
                    + "model folder that it was trained on, or import that folder."
            );
    }
}
