using System.Text.Json.Serialization;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>A task as an annotator sees it. Of a blind one nothing tells the model's answer: the field is not there.</summary>
/// <param name="Id">Of the task.</param>
/// <param name="Loop">Name of the loop.</param>
/// <param name="PredictionId">Whose photo is shown.</param>
/// <param name="Image">Address of the photo.</param>
/// <param name="Classes">The classes to choose from, in model order.</param>
/// <param name="Blind">Whether the model's answer is hidden.</param>
/// <param name="LeaseUntil">Until when nobody else gets the task, UTC.</param>
/// <param name="Model">What the model said; absent where it is hidden.</param>
public sealed record TaskResponse(
    Guid Id,
    string Loop,
    Guid PredictionId,
    string Image,
    IReadOnlyList<string> Classes,
    bool Blind,
    DateTimeOffset LeaseUntil,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaskResponse.Answer? Model
)
{
    /// <param name="Class">The predicted class.</param>
    /// <param name="Probability">How sure the model was, 0 to 1.</param>
    public sealed record Answer(string Class, double Probability);

    internal static TaskResponse From(AnnotationTask task, Prediction prediction, ILinks links) =>
        new(
            task.Id,
            task.Loop,
            prediction.Id,
            links.PredictionImage(prediction.Id),
            prediction.Model.Labels,
            task.IsBlind,
            task.LeaseUntil!.Value,
            task.IsBlind ? null : new Answer(prediction.PredictedClass.Name, prediction.Confidence)
        );
}
