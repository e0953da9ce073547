using System.Text.Json.Serialization;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>A class with its probability.</summary>
/// <param name="Class">Name of the class.</param>
/// <param name="Probability">0 to 1, not rounded; null if unknown, in answers imported from the lab.</param>
public sealed record ClassProbability(string Class, float? Probability)
{
    /// <summary>Pairs each probability with its class name, in model order.</summary>
    internal static IReadOnlyList<ClassProbability> Name(IReadOnlyList<string> labels, ClassProbabilities probabilities) =>
        [
            .. probabilities.Values.Select(
                (probability, index) => new ClassProbability(labels[index], float.IsNaN(probability) ? null : probability)
            ),
        ];
}

/// <summary>The model that answered.</summary>
public sealed record ModelReference(string Name, string Version, string Variant);

/// <summary>A prediction as shown to a reader.</summary>
/// <param name="Id">Id of the prediction (UUIDv7).</param>
/// <param name="Class">The predicted class.</param>
/// <param name="Probability">Probability of the predicted class, 0 to 1, not rounded.</param>
/// <param name="Probabilities">The probabilities of all classes, in model order.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Image">Absolute address of the photo.</param>
/// <param name="FileName">File name of the upload; null if the client gave none.</param>
/// <param name="MediaType">Media type of the photo, detected from its content.</param>
/// <param name="Width">Width in pixels as a viewer shows it.</param>
/// <param name="Height">Height in pixels as a viewer shows it.</param>
/// <param name="CreatedAt">When the model answered, UTC.</param>
/// <param name="Flagged">Whether the reader flags the prediction as wrong.</param>
/// <param name="Correction">The class given by the reader, including a confirmation of the predicted class; null if none.</param>
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
    /// <summary>Answers below this probability count as unsure. Same as the default threshold of the low-confidence loop.</summary>
    public const float SureFrom = 0.7f;

    /// <summary>
    /// Key of the photo in bucket <c>production</c>. The lab's routes identify a prediction by it. The API does not show it, because it
    /// reveals the predicted class.
    /// </summary>
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
