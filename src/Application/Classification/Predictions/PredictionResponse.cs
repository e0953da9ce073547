using System.Collections.Immutable;
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
public sealed record PredictionResponse
{
    /// <summary>Answers below this probability count as unsure. Same as the default threshold of the low-confidence loop.</summary>
    public const float SureFrom = 0.7f;

    /// <summary>Id of the prediction (UUIDv7).</summary>
    public required Guid Id { get; init; }

    /// <summary>The predicted class.</summary>
    public required string Class { get; init; }

    /// <summary>Probability of the predicted class, 0 to 1, not rounded.</summary>
    public required float Probability { get; init; }

    /// <summary>The probabilities of all classes, in model order.</summary>
    public required IReadOnlyList<ClassProbability> Probabilities { get; init; }

    /// <summary>The model that answered.</summary>
    public required ModelReference Model { get; init; }

    /// <summary>Absolute address of the photo.</summary>
    public required string Image { get; init; }

    /// <summary>File name of the upload; null if the client gave none.</summary>
    public required string? FileName { get; init; }

    /// <summary>Media type of the photo, detected from its content.</summary>
    public required string MediaType { get; init; }

    /// <summary>Width in pixels as a viewer shows it.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels as a viewer shows it.</summary>
    public required int Height { get; init; }

    /// <summary>The tags that were given with the photo: values by key; empty without tags.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>When the model answered, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether the reader flags the prediction as wrong.</summary>
    public required bool Flagged { get; init; }

    /// <summary>The class given by the reader, including a confirmation of the predicted class; null if none.</summary>
    public required string? Correction { get; init; }

    /// <summary>
    /// Key of the photo in bucket <c>production</c>. The lab's routes identify a prediction by it. The API does not show it, because it
    /// reveals the predicted class.
    /// </summary>
    [JsonIgnore]
    public string ObjectKey { get; init; } = "";

    internal static PredictionResponse From(Prediction prediction, PredictionFacts facts, ILinks links) =>
        new()
        {
            Id = prediction.Id,
            Class = prediction.PredictedClass.Name,
            Probability = prediction.Confidence,
            Probabilities = ClassProbability.Name(prediction.Model.Labels, prediction.Probabilities),
            Model = new ModelReference(prediction.Model.Name, prediction.Model.Version, prediction.Model.Variant),
            Image = links.PredictionImage(prediction.Id),
            FileName = prediction.Photo.FileName,
            MediaType = prediction.Photo.MediaType,
            Width = prediction.Photo.Width,
            Height = prediction.Photo.Height,
            Tags = prediction.Tags?.Values ?? ImmutableSortedDictionary<string, string>.Empty,
            CreatedAt = prediction.CreatedAt,
            Flagged = facts.Flagged,
            Correction = facts.Class,
            ObjectKey = prediction.ObjectKey,
        };
}
