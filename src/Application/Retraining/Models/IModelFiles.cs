using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Keeps the folders of imported models in the object store, bucket <c>models</c>.</summary>
public interface IModelFiles
{
    /// <summary>Copies a checked folder to the store.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="version">Version of the model.</param>
    /// <param name="cancellationToken">Cancels the copy.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    Task KeepAsync(string directory, string version, CancellationToken cancellationToken);

    /// <summary>Returns what the trainer reports beside the model, in <c>metrics.json</c>: JSON; null without that file.</summary>
    /// <exception cref="UnusableModelException">The file is too large, or is not JSON.</exception>
    Task<string?> ReadReportAsync(string directory, CancellationToken cancellationToken);

    /// <summary>Returns the folder of an imported model on this machine, fetched from the store if it is not here yet.</summary>
    /// <exception cref="NotFoundException">The store does not have it.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    Task<string> FetchAsync(RegisteredModel model, CancellationToken cancellationToken);
}
