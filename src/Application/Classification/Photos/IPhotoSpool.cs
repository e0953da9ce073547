using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>A photo in the spool that waits for the object store.</summary>
/// <param name="Name">File name, see <see cref="PhotoName"/>. A file with any other name was not put there by us.</param>
/// <param name="Bytes">Size in bytes.</param>
/// <param name="AddedAt">When the photo was added, UTC.</param>
public sealed record SpooledPhoto(string Name, long Bytes, DateTimeOffset AddedAt)
{
    /// <summary>The prediction that the photo belongs to; null for a file that was not put there by us.</summary>
    public Guid? PredictionId => PhotoName.PredictionOf(Name);
}

/// <summary>How full the spool is.</summary>
/// <param name="Photos">Number of photos that wait for the object store.</param>
/// <param name="Bytes">Their total size in bytes.</param>
/// <param name="OldestAt">When the oldest waiting photo was added, UTC; null if none waits.</param>
/// <param name="SetAside">Number of unusable files that were set aside for a person to look at.</param>
public sealed record SpoolState(int Photos, long Bytes, DateTimeOffset? OldestAt, int SetAside);

/// <summary>
/// Stores photos safely while the object store is unavailable: in a folder of the data directory with SQLite, in a table with PostgreSQL.
/// Its capacity is <c>Limits:SpoolMebibytes</c>. Every method may throw <see cref="StoreUnavailableException"/>.
/// </summary>
public interface IPhotoSpool
{
    /// <summary>
    /// Stores the photo of a prediction that is not committed yet. The photo is safe once the scope's changes are saved, because the table
    /// takes part in that transaction.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The spool is full.</exception>
    /// <exception cref="StorageFullException">The disk is full.</exception>
    Task AddAsync(Prediction prediction, byte[] photo, CancellationToken cancellationToken);

    /// <returns>The photo, positioned at its start; null if it is not, or no longer, in the spool.</returns>
    Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Removes a photo. Does nothing if it is not there.</summary>
    Task RemoveAsync(string name, CancellationToken cancellationToken);

    /// <summary>Sets aside a file that cannot be used, and stores it with the reason for a person to look at.</summary>
    Task SetAsideAsync(string name, string reason, CancellationToken cancellationToken);

    /// <summary>Lists all waiting photos, in no particular order.</summary>
    IAsyncEnumerable<SpooledPhoto> ListAsync(CancellationToken cancellationToken);

    Task<SpoolState> MeasureAsync(CancellationToken cancellationToken);
}
