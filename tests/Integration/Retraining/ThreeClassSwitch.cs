using GourmetGram.Application.Classification;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Retraining;

/// <summary>
/// A network with embeddings of two numbers and a head for three classes. It switches like the real one, but answers no photos.
/// </summary>
internal sealed class ThreeClassSwitch : IModelSwitch, IClassifier
{
    /// <summary>Names the first class where the first number is positive, otherwise the second class.</summary>
    public static readonly LinearHead Champion = new(3, 2, [1, 0, -1, 0, 0, 0], [0, 0, -10]);

    /// <summary>Names the third class where the champion names the second one and the second number is positive.</summary>
    public static readonly LinearHead Challenger = new(3, 2, [1, 0, -1, 0, -1, 5], [0, 0, -0.5f]);

    private ServingFault? fault;

    public ModelDescription Base { get; } = Some.LoadedModel with { EmbeddingSize = 2 };

    public LinearHead? BaseHead => Champion;

    public ModelDescription Serving { get; private set; } = Some.LoadedModel with { EmbeddingSize = 2 };

    /// <summary>Head of the model that serves; null for that of the file.</summary>
    public LinearHead? Head { get; private set; }

    /// <summary>Folders that were loaded, oldest first.</summary>
    public List<string> Folders { get; } = [];

    public ModelDescription Model => Serving;

    public IModelLease Lease() => throw new NotSupportedException();

    public void Serve(ModelDescription model, LinearHead? head) => (Serving, Head) = (model, head);

    public Task ServeFolderAsync(
        string directory,
        string variant,
        Func<ModelDescription, (ModelDescription Model, LinearHead Head)>? replaceHead,
        CancellationToken cancellationToken
    )
    {
        Folders.Add(directory);
        return Task.CompletedTask;
    }

    public ServingFault? TakeFault() => Interlocked.Exchange(ref fault, null);

    /// <summary>Returns to another model, as the real one does when the model that serves fails its first photos.</summary>
    public void Fail(ModelDescription back, string reason) => (fault, Serving, Head) = (new ServingFault(Serving, reason), back, null);
}
