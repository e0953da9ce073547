using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>A stored decision.</summary>
public sealed record LabelResponse
{
    /// <summary>Id of the label.</summary>
    public required Guid Id { get; init; }

    /// <summary>The task that the label answers.</summary>
    public required Guid TaskId { get; init; }

    /// <summary>The prediction whose photo was shown; null after a skip, because the same person may still answer.</summary>
    public required Guid? PredictionId { get; init; }

    /// <summary>The kind of the answer; null for a skip.</summary>
    public required AnswerKind? Answer { get; init; }

    /// <summary>The class that was given; null unless the answer is a class.</summary>
    public required string? Class { get; init; }

    /// <summary>Whether the label was given without knowing the model's answer.</summary>
    public required bool Blind { get; init; }

    /// <summary>When the label was given, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The class that the model predicted; null after a skip, because the same person may still answer.</summary>
    public required string? Model { get; init; }

    /// <summary>
    /// Whether the label agrees with the model: false for "none of these classes", null after a skip and for an unusable photo.
    /// </summary>
    public required bool? Agreed { get; init; }

    internal static LabelResponse From(HumanLabel label, Prediction prediction) =>
        new()
        {
            Id = label.Id,
            TaskId = label.TaskId,
            PredictionId = label.AnswerKind is null ? null : prediction.Id,
            Answer = label.AnswerKind,
            Class = label.ClassIndex is { } index ? prediction.Model.Labels[index] : null,
            Blind = label.IsBlind,
            CreatedAt = label.CreatedAt,
            Model = label.AnswerKind is null ? null : prediction.PredictedClass.Name,
            Agreed = label.AnswerKind is null or AnswerKind.Unusable ? null : label.ClassIndex == prediction.PredictedIndex,
        };
}
