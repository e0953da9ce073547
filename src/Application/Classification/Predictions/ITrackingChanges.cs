namespace GourmetGram.Application.Classification;

/// <summary>Detects cheaply whether the list of all predictions that <see cref="ExportTracking"/> writes would change.</summary>
public interface ITrackingChanges
{
    /// <summary>Returns an opaque text that changes after a prediction is added or deleted, or a random draw is made.</summary>
    /// <exception cref="Common.StoreUnavailableException">The database does not respond.</exception>
    Task<string> FingerprintAsync(CancellationToken cancellationToken);
}
