namespace GourmetGram.Application.Monitoring;

/// <summary>A model version that answered photos of closed sampling windows.</summary>
/// <param name="ModelVersionId">The model version.</param>
/// <param name="FirstPhotoAt">When the newest photo of its first window was classified, UTC.</param>
/// <param name="LastPhotoAt">When its newest photo was classified, UTC.</param>
public sealed record ServedVersion(Guid ModelVersionId, DateTimeOffset FirstPhotoAt, DateTimeOffset LastPhotoAt);

/// <summary>Reads from closed sampling windows which model versions answered photos, and when.</summary>
public interface IServedVersions
{
    /// <summary>Returns the versions, the one that answered last first.</summary>
    Task<IReadOnlyList<ServedVersion>> ListAsync(CancellationToken cancellationToken);
}
