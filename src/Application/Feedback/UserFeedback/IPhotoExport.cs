using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Feedback;

/// <summary>All that is kept of one photo, but for its bytes.</summary>
/// <param name="File">Name of the photo's file: <c>{id}{.jpg|.png|.webp}</c>.</param>
/// <param name="Prediction">The prediction as its maker sees it.</param>
/// <param name="Feedback">All that the maker ever said of it, oldest first.</param>
public sealed record ExportedPhoto(string File, PredictionResponse Prediction, IReadOnlyList<GetFeedbackHistory.Entry> Feedback);

/// <summary>Hands out all that is kept of a caller's photos.</summary>
public interface IPhotoExport
{
    /// <summary>The caller's own photos, newest first, a page of rows in memory at a time. To be consumed in the scope that it was resolved from.</summary>
    /// <exception cref="IdentityNeededException">The caller is anonymous; thrown at once.</exception>
    IAsyncEnumerable<ExportedPhoto> OfAsync(Caller caller, CancellationToken cancellationToken);
}
