using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Tells which photos have labels. Classification declares the port and each module that stores labels implements it, so that
/// Classification does not depend on later modules.
/// </summary>
public interface ILabelledPhotos
{
    /// <returns>Ids of those of the predictions whose photo, or a copy of it, has a label.</returns>
    Task<IReadOnlySet<Guid>> FindAsync(IReadOnlyCollection<Prediction> predictions, CancellationToken cancellationToken);
}
