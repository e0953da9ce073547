using System.Text.Json.Serialization;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>A task as an annotator sees it. A blind task leaves out the fields that contain the model's answer or lead to it.</summary>
public sealed record TaskResponse
{
    /// <summary>Id of the task.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name of the loop.</summary>
    public required string Loop { get; init; }

    /// <summary>The prediction whose photo is shown; absent where the model's answer is hidden.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required Guid? PredictionId { get; init; }

    /// <summary>Address of the photo, which contains the task's id.</summary>
    public required string Image { get; init; }

    /// <summary>The classes to choose from, in model order.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Whether the model's answer is hidden.</summary>
    public required bool Blind { get; init; }

    /// <summary>End of the lease, UTC; until then, no other person gets the task.</summary>
    public required DateTimeOffset LeaseUntil { get; init; }

    /// <summary>The model's answer; absent where it is hidden.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required Answer? Model { get; init; }

    /// <param name="Class">The predicted class.</param>
    /// <param name="Probability">The model's confidence, 0 to 1.</param>
    public sealed record Answer(string Class, double Probability);

    /// <param name="task">The task.</param>
    /// <param name="prediction">The prediction whose photo is shown.</param>
    /// <param name="links">Makes the address of the photo.</param>
    /// <param name="leaseUntil">End of the lease if the task has none, because its answer is known.</param>
    internal static TaskResponse From(AnnotationTask task, Prediction prediction, ILinks links, DateTimeOffset? leaseUntil = null) =>
        new()
        {
            Id = task.Id,
            Loop = task.Loop,
            PredictionId = task.IsBlind ? null : prediction.Id,
            Image = links.TaskImage(task.Id),
            Classes = prediction.Model.Labels,
            Blind = task.IsBlind,
            LeaseUntil = leaseUntil ?? task.LeaseUntil!.Value,
            Model = task.IsBlind ? null : new Answer(prediction.PredictedClass.Name, prediction.Confidence),
        };
}
