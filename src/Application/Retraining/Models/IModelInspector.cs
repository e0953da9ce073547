using System.Collections.Immutable;

namespace GourmetGram.Application.Retraining;

/// <summary>Result of the check of a model folder. What was not reached is null or empty.</summary>
public sealed record ModelInspection
{
    /// <summary>Whether the model can be used.</summary>
    public required bool Passed { get; init; }

    /// <summary>Why the model cannot be used and what to do, as a sentence; null if it passed.</summary>
    public required string? Fault { get; init; }

    /// <summary>Name in the manifest.</summary>
    public string? Name { get; init; }

    /// <summary>Version in the manifest.</summary>
    public string? Version { get; init; }

    /// <summary>The variant that was checked: the manifest's default.</summary>
    public string? Variant { get; init; }

    /// <summary>SHA-256 of the variant's file, lower-case hex.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Divides the logits before softmax.</summary>
    public double? Temperature { get; init; }

    /// <summary>Class names in the order of the model's output.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>Length of the embedding; null if the model has none.</summary>
    public int? EmbeddingSize { get; init; }

    /// <summary>Whether heads can be trained for this model, and exported with it.</summary>
    public bool HasReplaceableHead { get; init; }

    /// <summary>Time for one photo on one thread, 95th percentile, in milliseconds.</summary>
    public double? Milliseconds { get; init; }

    /// <summary>Largest memory of the process that ran the model, in MB.</summary>
    public double? Megabytes { get; init; }

    /// <summary>Creates the result of a model that cannot be used.</summary>
    /// <param name="fault">Why, as a sentence.</param>
    public static ModelInspection Refused(string fault) => new() { Passed = false, Fault = fault };
}

/// <summary>
/// Checks a model folder that comes from elsewhere, in a process of its own: a hostile or broken file can end that process, but not this
/// one.
/// </summary>
public interface IModelInspector
{
    /// <summary>Checks the folder: its manifest and the default variant.</summary>
    /// <param name="directory">The folder, with <c>manifest.json</c>.</param>
    /// <param name="cancellationToken">Stops the check and its process.</param>
    /// <returns>The result. A model that cannot be used is a result, not an exception.</returns>
    Task<ModelInspection> InspectAsync(string directory, CancellationToken cancellationToken);
}
