using GourmetGram.Application.Classification;

namespace GourmetGram.Application.Retraining;

/// <summary>Runs networks beside the model that serves.</summary>
public interface INetworks
{
    /// <summary>The network that was loaded at start, with the head of its file. It stays loaded until the server stops.</summary>
    IClassifier Base { get; }

    /// <summary>Loads and checks a model folder.</summary>
    /// <param name="directory">The folder, with its manifest.</param>
    /// <param name="variant">Name of the variant.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <exception cref="UnusableModelException">The model cannot be used.</exception>
    Task<ILoadedNetwork> LoadAsync(string directory, string variant, CancellationToken cancellationToken);
}

/// <summary>A network that was loaded beside the model that serves. Disposing it waits for open leases.</summary>
public interface ILoadedNetwork : IClassifier, IAsyncDisposable;
