using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Reads the reference set of the installed model: embeddings of photos of its original training.</summary>
public interface IReferenceReader
{
    /// <summary>Reads the whole set, which takes some megabytes.</summary>
    /// <returns>
    /// The photos, each with the weight 1 and a group of its own. Their backbone is the SHA-256 of the model file that computed them,
    /// lower-case hex. Null if the installed model has no reference set.
    /// </returns>
    /// <exception cref="UnusableModelException">The file is missing, was changed, or is not a reference set of this model.</exception>
    ReferencePhotos? Read();
}
