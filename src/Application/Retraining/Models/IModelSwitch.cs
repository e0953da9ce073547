using GourmetGram.Application.Classification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A model that failed its first photos, so that the model before it answers again.</summary>
/// <param name="Model">The model that failed.</param>
/// <param name="Reason">What went wrong, as a sentence.</param>
public sealed record ServingFault(ModelDescription Model, string Reason);

/// <summary>
/// Changes which model answers on this node, without dropping a request. Requests that have begun end with the model that they began with.
/// </summary>
public interface IModelSwitch
{
    /// <summary>The model of the folder that was loaded at start, with the head of its file.</summary>
    ModelDescription Base { get; }

    /// <summary>The model that answers now.</summary>
    ModelDescription Serving { get; }

    /// <summary>The head of the file that was loaded at start; null if the file has none that can be replaced.</summary>
    LinearHead? BaseHead { get; }

    /// <summary>
    /// Serves a head on the network that was loaded at start. If its first answers are not finite numbers, the model before it answers
    /// instead, see <see cref="TakeFault"/>.
    /// </summary>
    /// <param name="model">Describes the model. Backbone, labels and input are those of <see cref="Base"/>.</param>
    /// <param name="head">The head; null for the head of the file.</param>
    /// <exception cref="ArgumentException">The head does not fit the network.</exception>
    void Serve(ModelDescription model, LinearHead? head);

    /// <summary>Loads another model folder, checks it, and serves it.</summary>
    /// <param name="directory">The folder, with its manifest.</param>
    /// <param name="variant">Name of the variant.</param>
    /// <param name="replaceHead">
    /// Returns the description of a head that was trained on the folder's network, and the head; null for the head of the file.
    /// </param>
    /// <param name="cancellationToken">Cancels before the switch.</param>
    /// <exception cref="UnusableModelException">The model cannot be used; the model before it goes on.</exception>
    Task ServeFolderAsync(
        string directory,
        string variant,
        Func<ModelDescription, (ModelDescription Model, LinearHead Head)>? replaceHead,
        CancellationToken cancellationToken
    );

    /// <summary>Returns the fault of a model that was switched off since the last call, or null.</summary>
    ServingFault? TakeFault();
}
