using System.Text.Json.Serialization;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>A class with its probability.</summary>
/// <param name="Class">Name of the class.</param>
/// <param name="Probability">0 to 1, not rounded; null where it is not known, in answers that were taken over from the lab.</param>
public sealed record ClassProbability(string Class, float? Probability)
{
    /// <summary>Names the probabilities, in model order.</summary>
    internal static IReadOnlyList<ClassProbability> Name(IReadOnlyList<string> labels, ClassProbabilities probabilities) =>
        [
            .. probabilities.Values.Select(
                (probability, index) => new ClassProbability(labels[index], float.IsNaN(probability) ? null : probability)
            ),
        ];
}

/// <summary>Which model answered.</summary>
public sealed record ModelReference(string Name, string Version, string Variant);

/// <summary>A prediction as its reader sees it.</summary>
/// <param name="Id">Id of the prediction (UUIDv7).</param>
/// <param name="Class">The predicted class.</param>
/// <param name="Probability">Probability of the predicted class, 0 to 1, not rounded.</param>
/// <param name="Probabilities">All classes in model order.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Image">Absolute address of the photo.</param>
/// <param name="FileName">Name the photo was uploaded under; null when the client gave none.</param>
/// <param name="MediaType">Of the photo, told from its content.</param>
/// <param name="Width">Pixels, as a viewer shows it.</param>
/// <param name="Height">Pixels, as a viewer shows it.</param>
/// <param name="CreatedAt">When the model answered, UTC.</param>
/// <param name="Flagged">Whether the reader flags it as wrong.</param>
/// <param name="Correction">The class the reader gave it, also where it confirms the model's; null when none.</param>
public sealed record PredictionResponse(
    Guid Id,
    string Class,
    float Probability,
    IReadOnlyList<ClassProbability> Probabilities,
    ModelReference Model,
    string Image,
    string? FileName,
    string MediaType,
    int Width,
    int Height,
    DateTimeOffset CreatedAt,
    bool Flagged,
    string? Correction
)
{
    /// <summary>Below this probability an answer counts as unsure: the default threshold of the low-confidence loop.</summary>
    public const float SureFrom = 0.7f;

    /// <summary>Where the photo is kept in bucket <c>production</c>. The lab's routes name a prediction by it; the API does not show it, for it tells the predicted class.</summary>
    [JsonIgnore]
    public string ObjectKey { get; init; } = "";

    internal static PredictionResponse From(Prediction prediction, PredictionFacts facts, ILinks links) =>
        new(
            prediction.Id,
            prediction.PredictedClass.Name,
            prediction.Confidence,
            ClassProbability.Name(prediction.Model.Labels, prediction.Probabilities),
            new ModelReference(prediction.Model.Name, prediction.Model.Version, prediction.Model.Variant),
            links.PredictionImage(prediction.Id),
            prediction.Photo.FileName,
            prediction.Photo.MediaType,
            prediction.Photo.Width,
            prediction.Photo.Height,
            prediction.CreatedAt,
            facts.Flagged,
            facts.Class
        )
        {
            ObjectKey = prediction.ObjectKey,
        };
}
