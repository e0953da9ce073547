using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

internal static class RatablePrediction
{
    /// <summary>Returns the prediction, to change it, if this caller may give feedback on it through this source.</summary>
    /// <exception cref="NotFoundException">The prediction does not exist, or belongs to another caller.</exception>
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
