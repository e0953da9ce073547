using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>A decision that is kept.</summary>
/// <param name="Id">Of the label.</param>
/// <param name="TaskId">The task that it answers.</param>
/// <param name="PredictionId">Whose photo was shown.</param>
/// <param name="Class">The class that was given; null for a skip.</param>
/// <param name="Blind">Whether it was given without knowing the model's answer.</param>
/// <param name="CreatedAt">When, UTC.</param>
/// <param name="Model">What the model had said; null after a skip, when it may still be asked.</param>
/// <param name="Agreed">Whether that is the same; null after a skip.</param>
public sealed record LabelResponse(
    Guid Id,
    Guid TaskId,
    Guid PredictionId,
    string? Class,
    bool Blind,
    DateTimeOffset CreatedAt,
    string? Model,
    bool? Agreed
)
{
    internal static LabelResponse From(HumanLabel label, Prediction prediction) =>
        new(
            label.Id,
            label.TaskId,
            prediction.Id,
            label.ClassIndex is { } index ? prediction.Model.Labels[index] : null,
            label.IsBlind,
            label.CreatedAt,
            label.ClassIndex is null ? null : prediction.PredictedClass.Name,
            label.ClassIndex is null ? null : label.ClassIndex == prediction.PredictedIndex
        );
}
