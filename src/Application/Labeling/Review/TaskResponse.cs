using System.Text.Json.Serialization;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>A task as an annotator sees it. A blind task leaves out the fields that contain the model's answer or lead to it.</summary>
/// <param name="Id">Id of the task.</param>
/// <param name="Loop">Name of the loop.</param>
/// <param name="PredictionId">The prediction whose photo is shown; absent where the model's answer is hidden.</param>
/// <param name="Image">Address of the photo, which contains the task's id.</param>
/// <param name="Classes">The classes to choose from, in model order.</param>
/// <param name="Blind">Whether the model's answer is hidden.</param>
/// <param name="LeaseUntil">End of the lease, UTC; until then nobody else gets the task.</param>
/// <param name="Model">The model's answer; absent where it is hidden.</param>
public sealed record TaskResponse(
    Guid Id,
    string Loop,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? PredictionId,
    string Image,
    IReadOnlyList<string> Classes,
    bool Blind,
    DateTimeOffset LeaseUntil,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaskResponse.Answer? Model
)
{
    /// <param name="Class">The predicted class.</param>
    /// <param name="Probability">The model's confidence, 0 to 1.</param>
    public sealed record Answer(string Class, double Probability);

    internal static TaskResponse From(AnnotationTask task, Prediction prediction, ILinks links) =>
        new(
            task.Id,
            task.Loop,
            task.IsBlind ? null : prediction.Id,
            links.TaskImage(task.Id),
            prediction.Model.Labels,
            task.IsBlind,
            task.LeaseUntil!.Value,
            task.IsBlind ? null : new Answer(prediction.PredictedClass.Name, prediction.Confidence)
        );
}
