using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>A photo with a known answer, in one loop.</summary>
/// <param name="PredictionId">A prediction of the photo.</param>
/// <param name="Loop">Name of the loop whose annotators get the photo.</param>
/// <param name="Answer">The kind of the known answer.</param>
/// <param name="Class">The class; null unless the answer is one.</param>
/// <param name="By">The person who marked the photo.</param>
/// <param name="CreatedAt">When the photo was marked, UTC.</param>
public sealed record KnownAnswerItem(Guid PredictionId, string Loop, AnswerKind Answer, string? Class, string By, DateTimeOffset CreatedAt)
{
    internal static KnownAnswerItem From(PlantedAnswer planted, AnnotationTask task, Prediction prediction) =>
        new(
            task.PredictionId,
            task.Loop,
            planted.AnswerKind,
            planted.ClassIndex is { } index ? prediction.Model.Labels[index] : null,
            planted.By,
            planted.CreatedAt
        );
}
