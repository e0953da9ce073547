using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A photo that is excluded from new dataset versions.</summary>
/// <param name="PredictionId">A prediction of the photo.</param>
/// <param name="By">The administrator who excluded it.</param>
/// <param name="At">When it was excluded, UTC.</param>
/// <param name="Note">The reason; null for none.</param>
public sealed record ExclusionResponse(Guid PredictionId, string By, DateTimeOffset At, string? Note)
{
    internal static ExclusionResponse From(PhotoExclusion exclusion) =>
        new(exclusion.PredictionId, exclusion.By, exclusion.At, exclusion.Note);
}
