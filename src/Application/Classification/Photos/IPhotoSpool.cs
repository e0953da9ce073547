using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>A photo on its way to the object store.</summary>
/// <param name="Name">As <see cref="PhotoName"/> says; any other name was not put there by us.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="AddedAt">When it came, UTC.</param>
public sealed record SpooledPhoto(string Name, long Bytes, DateTimeOffset AddedAt)
{
    /// <summary>Whose photo it is; null for what somebody else put there.</summary>
    public Guid? PredictionId => PhotoName.PredictionOf(Name);
}

/// <summary>How full the spool is.</summary>
/// <param name="Photos">Photos that wait for the object store.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="OldestAt">When the one that waits longest came, UTC; null when none waits.</param>
/// <param name="SetAside">What could not be used and was set aside for a person to look at.</param>
public sealed record SpoolState(int Photos, long Bytes, DateTimeOffset? OldestAt, int SetAside);

/// <summary>
/// Where photos are safe while the object store is away: a folder of the data directory on SQLite, a table on PostgreSQL. It holds <c>Limits:SpoolMebibytes</c>. Every method may throw
/// <see cref="StoreUnavailableException"/>.
/// </summary>
public interface IPhotoSpool
{
    /// <summary>Keeps the photo of a prediction that is not committed yet. It is safe once the scope's changes are saved: the table takes part in that transaction.</summary>
    /// <exception cref="StoreUnavailableException">The spool is full.</exception>
    /// <exception cref="StorageFullException">The disk is full.</exception>
    Task AddAsync(Prediction prediction, byte[] photo, CancellationToken cancellationToken);

    /// <returns>The photo, from its start; null when it is not (or no longer) here.</returns>
    Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Removes a photo; one that is not there is no error.</summary>
    Task RemoveAsync(string name, CancellationToken cancellationToken);

    /// <summary>Takes something out of the way that cannot be used, and keeps it with the reason for a person to look at.</summary>
    Task SetAsideAsync(string name, string reason, CancellationToken cancellationToken);

    /// <summary>All that waits, in no order.</summary>
    IAsyncEnumerable<SpooledPhoto> ListAsync(CancellationToken cancellationToken);

    Task<SpoolState> MeasureAsync(CancellationToken cancellationToken);
}
