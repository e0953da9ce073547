using System.Text.Json;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>How a head was trained and what was measured then, as it is kept with the model and shown.</summary>
public sealed record TrainingReport
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Chosen strength of the regularisation; 1/C of scikit-learn.</summary>
    public required double L2 { get; init; }

    /// <summary>Value of the minimised function.</summary>
    public required double Objective { get; init; }

    /// <summary>Iterations of the final fit.</summary>
    public required int Iterations { get; init; }

    /// <summary>Divides the logits before softmax.</summary>
    public required double Temperature { get; init; }

    /// <summary>Figures on photos that the network has not seen; null without any.</summary>
    public required HeldOutFigures? Holdout { get; init; }

    /// <summary>Figures of out-of-fold predictions on the labelled photos; null if there are too few.</summary>
    public required HeldOutFigures? OutOfFold { get; init; }

    /// <summary>The strengths that were tried, with their log losses.</summary>
    public required IReadOnlyList<RegularizationPoint> Path { get; init; }

    /// <summary>Number of labelled photos that trained, per class.</summary>
    public required IReadOnlyDictionary<string, int> Labels { get; init; }

    /// <summary>Number of photos of the original training that trained, and the weight of each.</summary>
    public required int ReplayPhotos { get; init; }

    public required double ReplayWeight { get; init; }

    /// <summary>Labelled photos that did not train, by reason.</summary>
    public required SkippedPhotos Skipped { get; init; }

    /// <summary>Share of each class in the random sample, to which the biases were corrected; null if they were not.</summary>
    public IReadOnlyDictionary<string, double>? Shares { get; init; }

    /// <summary>What a person should know before the model serves.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Returns the report of a model; null if it was not trained here.</summary>
    public static TrainingReport? Read(ModelResponse model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model is { Origin: ModelOrigin.Trained, Report: { } report } ? report.Deserialize<TrainingReport>(Json) : null;
    }

    internal static TrainingReport Of(TrainedHead trained, IReadOnlyList<string> classes) =>
        new()
        {
            L2 = trained.L2,
            Objective = trained.Objective,
            Iterations = trained.Iterations,
            Temperature = trained.Temperature.Value,
            Holdout = trained.Holdout,
            OutOfFold = trained.OutOfFold,
            Path = trained.Path,
            Labels = classes.Zip(trained.LabelCounts).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal),
            ReplayPhotos = trained.ReplayPhotos,
            ReplayWeight = trained.ReplayWeight,
            Skipped = trained.Skipped,
            Shares = trained.Shares.IsEmpty
                ? null
                : classes.Zip(trained.Shares).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal),
            Warnings = trained.Warnings,
        };
}
