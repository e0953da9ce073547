namespace GourmetGram.Application.Classification;

/// <summary>
/// Ids that stand for a photo without revealing its prediction. Classification declares the port, Labeling implements it for tasks.
/// </summary>
public interface IPhotoAliases
{
    /// <returns>Id of the prediction whose photo this id stands for now; null if there is none.</returns>
    Task<Guid?> FindAsync(Guid id, CancellationToken cancellationToken);
}
