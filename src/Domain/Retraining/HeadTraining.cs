using System.Collections.Immutable;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Domain.Retraining;

/// <summary>Photos of the original training of a model, which are trained again with each head so that it forgets nothing.</summary>
/// <param name="Replay">Photos that the backbone was trained on.</param>
/// <param name="Holdout">Photos that the backbone has not seen. They choose the regularisation, and never train.</param>
public sealed record ReferencePhotos(ImmutableArray<TrainingPhoto> Replay, ImmutableArray<TrainingPhoto> Holdout);

/// <summary>What to train a head from.</summary>
public sealed record HeadTrainingRequest
{
    /// <summary>Class names in the order of the logits.</summary>
    public required ImmutableArray<string> Labels { get; init; }

    /// <summary>Identity of the backbone and its variant, which all embeddings must have.</summary>
    public required string Backbone { get; init; }

    /// <summary>The team's own labelled photos. Their order is part of the recipe: another order gives other bits.</summary>
    public required ImmutableArray<TrainingPhoto> Photos { get; init; }

    /// <summary>Photos of the original training; null if the model has none.</summary>
    public required ReferencePhotos? Reference { get; init; }

    /// <summary>Head of the model in use; null if it cannot be read. Needed only without <see cref="Reference"/>.</summary>
    public required LinearHead? Champion { get; init; }

    /// <summary>Temperature of the model in use, which is kept where too little is known for a new one.</summary>
    public required double Temperature { get; init; }

    /// <summary>
    /// Photos of the traffic with blind labels by chance, weighted with 1/π. They never train; where there are enough of them, the
    /// temperature is fitted to them.
    /// </summary>
    public ImmutableArray<TrainingPhoto> Measured { get; init; } = [];

    /// <summary>Strength of the regularisation; null to choose it on photos that took no part in the fit.</summary>
    public double? L2 { get; init; }

    /// <summary>
    /// Whether the head expects each class as often as <see cref="Measured"/> has it, and not as often as the photos that train it.
    /// </summary>
    public bool MatchesShares { get; init; }

    /// <summary>Most threads to use. Their number does not change the result.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>Training cannot begin. The message says why and what to do.</summary>
public sealed class TrainingRefusedException(string message) : Exception(message);

/// <summary>Progress of a training.</summary>
/// <param name="Step">Number of completed steps.</param>
/// <param name="Of">Number of all steps.</param>
/// <param name="Message">What was completed.</param>
public sealed record TrainingProgress(int Step, int Of, string Message);

/// <summary>One strength of the regularisation with what it costs on photos that took no part in its fits.</summary>
/// <param name="L2">Strength of the penalty.</param>
/// <param name="LogLoss">Mean log loss, in nats, by which the strength is chosen: of the holdout and the own photos together.</param>
/// <param name="StandardError">Standard error of <paramref name="LogLoss"/>.</param>
/// <param name="HoldoutLogLoss">Mean log loss on the holdout; null without one.</param>
/// <param name="OwnLogLoss">Mean log loss of the out-of-fold predictions for own photos; null without them.</param>
public sealed record RegularizationPoint(double L2, double LogLoss, double StandardError, double? HoldoutLogLoss, double? OwnLogLoss);

/// <summary>Figures of one class.</summary>
/// <param name="Class">Index of the class.</param>
/// <param name="Photos">Number of photos with this label.</param>
/// <param name="Accuracy">Share of these for which the head names the class; null without photos.</param>
public sealed record ClassFigures(int Class, int Photos, double? Accuracy);

/// <summary>Figures on photos that took no part in the fit, with the head's temperature.</summary>
/// <param name="Photos">Number of photos, at least 1.</param>
/// <param name="Accuracy">Weighted share for which the head names the label's class.</param>
/// <param name="LogLoss">Weighted mean log loss, in nats.</param>
/// <param name="CalibrationError">Expected calibration error (ECE), ten bins.</param>
/// <param name="Classes">Figures of each class, in order.</param>
public sealed record HeldOutFigures(
    int Photos,
    double Accuracy,
    double LogLoss,
    double CalibrationError,
    ImmutableArray<ClassFigures> Classes
);

/// <summary>Own photos that did not train, by reason.</summary>
/// <param name="WithoutEmbedding">Photos whose embedding is not known.</param>
/// <param name="NotFinite">Photos whose embedding is not made of finite numbers.</param>
/// <param name="WithoutWeight">Photos with the weight 0.</param>
public sealed record SkippedPhotos(int WithoutEmbedding, int NotFinite, int WithoutWeight);

/// <summary>Result of a training.</summary>
public sealed record TrainedHead
{
    /// <summary>The head.</summary>
    public required LinearHead Head { get; init; }

    /// <summary>Divides the logits before they become probabilities.</summary>
    public required TemperatureFit Temperature { get; init; }

    /// <summary>The chosen strength of the regularisation; 1/C of scikit-learn.</summary>
    public required double L2 { get; init; }

    /// <summary>Value of the minimised function for the final fit.</summary>
    public required double Objective { get; init; }

    /// <summary>Iterations of the final fit.</summary>
    public required int Iterations { get; init; }

    /// <summary>The strengths that were tried, from large to small; empty where nothing could be chosen.</summary>
    public required ImmutableArray<RegularizationPoint> Path { get; init; }

    /// <summary>Figures on the model's holdout; null without one.</summary>
    public required HeldOutFigures? Holdout { get; init; }

    /// <summary>Figures of out-of-fold predictions for own photos; null if they cannot be split into folds.</summary>
    public required HeldOutFigures? OutOfFold { get; init; }

    /// <summary>Number of own photos that trained, per class.</summary>
    public required ImmutableArray<int> LabelCounts { get; init; }

    /// <summary>Number of photos of the original training that trained.</summary>
    public required int ReplayPhotos { get; init; }

    /// <summary>Weight of each of these.</summary>
    public required double ReplayWeight { get; init; }

    /// <summary>Own photos that did not train.</summary>
    public required SkippedPhotos Skipped { get; init; }

    /// <summary>Share of each class in the traffic, to which the biases were corrected; empty if they were not.</summary>
    public required ImmutableArray<double> Shares { get; init; }

    /// <summary>What a person should know before using the head: one sentence each.</summary>
    public required ImmutableArray<string> Warnings { get; init; }
}
