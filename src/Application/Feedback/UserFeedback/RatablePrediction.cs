using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

internal static class RatablePrediction
{
    /// <summary>The prediction, to be changed, if this caller may give feedback on it this way.</summary>
    /// <exception cref="NotFoundException">There is none, or it is somebody else's.</exception>
    public static async Task<Prediction> FindRatableAsync(
        this IRepository<Prediction> predictions,
        Guid id,
        Caller caller,
        FeedbackSource source,
        CancellationToken cancellationToken
    ) =>
        await predictions.FirstOrDefaultAsync(new PredictionToChange(id), cancellationToken) is { } prediction
        && (source == FeedbackSource.LabRoute || caller.MayUse(prediction))
            ? prediction
            : throw new NotFoundException($"Prediction {id}");
}
