namespace GourmetGram.Application.Classification;

/// <summary>Lets another model answer photos too, after the model that serves and without effect on its answer.</summary>
public interface IShadow
{
    /// <summary>Key of the service that takes photos immediately. Without a key, the service may wait until the answer was sent.</summary>
    const string Direct = "direct";

    /// <summary>Whether another model answers photos too now.</summary>
    bool IsOn { get; }

    /// <summary>
    /// Hands over a photo whose answer is stored. Returns immediately and never throws: if the photo cannot be taken now, it is counted
    /// and forgotten.
    /// </summary>
    void Offer(ShadowPhoto photo);
}

/// <summary>A photo that was answered.</summary>
/// <param name="PredictionId">Its prediction.</param>
/// <param name="Answer">The answer of the model that serves.</param>
/// <param name="Pixels">The pixels that the model saw, see <see cref="IModelLease.Run"/>.</param>
public sealed record ShadowPhoto(Guid PredictionId, ClassifierOutput Answer, byte[] Pixels);
