using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Feedback;

/// <summary>All stored data of one photo, except its bytes.</summary>
/// <param name="File">Name of the photo's file: <c>{id}{.jpg|.png|.webp}</c>.</param>
/// <param name="Prediction">The prediction as shown to its uploader.</param>
/// <param name="Feedback">All feedback the uploader ever gave on it, oldest first.</param>
public sealed record ExportedPhoto(string File, PredictionResponse Prediction, IReadOnlyList<GetFeedbackHistory.Entry> Feedback)
{
    /// <summary>The prediction's row, used to open the photo.</summary>
    internal Domain.Classification.Prediction? Row { get; init; }
}

/// <summary>Exports all stored data of a caller's photos.</summary>
public interface IPhotoExport
{
    /// <summary>
    /// Returns the caller's own photos, newest first, with one page of rows in memory at a time. Leaves out photos that the caller is
    /// labelling blind. Enumerate the result within the scope that this service was resolved from.
    /// </summary>
    /// <exception cref="IdentityNeededException">The caller is anonymous. Thrown immediately, before enumeration.</exception>
    IAsyncEnumerable<ExportedPhoto> OfAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>Opens a photo returned by <see cref="OfAsync"/>, without reading its row again.</summary>
    /// <returns>The photo; null if it was deleted since.</returns>
    /// <exception cref="StoreUnavailableException">The object store is unavailable.</exception>
    Task<Stream?> OpenAsync(ExportedPhoto photo, CancellationToken cancellationToken);
}
