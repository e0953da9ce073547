using System.Collections.Immutable;

namespace GourmetGram.Domain.Retraining;

/// <summary>The recipe of a dataset version: which labels it takes, and how it splits the photos.</summary>
public sealed record DatasetOptions
{
    /// <summary>Default of <see cref="Seed"/>.</summary>
    public const string DefaultSeed = "gourmetgram";

    /// <summary>Names of the loops and imports whose labels are taken, sorted.</summary>
    public required ImmutableArray<string> Loops { get; init; }

    /// <summary>Whether to take unchecked labels that may be wrong.</summary>
    public bool IncludeSuspects { get; init; }

    /// <summary>Photos that only the model has labelled; null for none.</summary>
    public ModelLabelOptions? ModelLabels { get; init; }

    /// <summary>Share of the groups for training, 0 to 1.</summary>
    public double TrainShare { get; init; } = 0.8;

    /// <summary>Share of the groups for choosing settings, 0 to 1. The rest is for testing.</summary>
    public double TuneShare { get; init; } = 0.2;

    /// <summary>Decides which groups go to which split. The same seed gives the same splits in every version.</summary>
    public string Seed { get; init; } = DefaultSeed;

    /// <summary>
    /// Whether the build first closes the current sampling window. A photo that belongs to no window yet is left out, because it may be
    /// needed for measuring.
    /// </summary>
    public bool ClosesWindow { get; init; } = true;
}

/// <summary>Takes unlabelled photos, with the class that the model is sure of.</summary>
/// <param name="Confidence">Lowest confidence, above 0 and at most 1.</param>
/// <param name="Weight">Weight of each photo, above 0 and below 1. A labelled photo has 1.</param>
/// <param name="Limit">Maximum number of photos.</param>
public sealed record ModelLabelOptions(double Confidence, double Weight, int Limit);

/// <summary>Part of a dataset.</summary>
public enum DatasetSplit
{
    /// <summary>Trains the model.</summary>
    Train = 0,

    /// <summary>Chooses settings of the training, such as the regularisation.</summary>
    Tune,

    /// <summary>Tests the trained model. Photos for accuracy and the gate come from the measuring windows instead.</summary>
    Test,
}

/// <summary>Why a photo with a label is not in a dataset version.</summary>
public enum DatasetExclusion
{
    /// <summary>A copy of the photo is in a sampling window that is reserved for measuring.</summary>
    MeasuringWindow = 0,

    /// <summary>The sampling window of the photo or of a copy is not closed yet, so the photo may be needed for measuring.</summary>
    OpenWindow,

    /// <summary>An administrator excluded the photo from datasets.</summary>
    Excluded,

    /// <summary>The photo was in an earlier version and was deleted.</summary>
    Deleted,

    /// <summary>People disagree about the photo.</summary>
    Disputed,

    /// <summary>The photo shows none of the classes.</summary>
    NoneOfThese,

    /// <summary>The photo cannot be judged.</summary>
    Unusable,

    /// <summary>The photo was labelled with the classes of another model.</summary>
    OtherClasses,

    /// <summary>The label contradicts the model and has not been checked.</summary>
    Suspect,

    /// <summary>The same picture was uploaded with other metadata, and the version has it already.</summary>
    Copy,
}
