using System.Collections.Immutable;

namespace GourmetGram.Domain.Classification;

/// <summary>
/// A model that has answered at least one photo here. Predictions refer to it, so that the answers of different models can be told apart.
/// </summary>
public sealed class ModelVersion
{
    private ModelVersion()
    {
        Name = Version = Variant = Sha256 = "";
    }

    public Guid Id { get; private init; }

    /// <summary>Name in the manifest, e.g. <c>food11</c>.</summary>
    public string Name { get; private init; }

    /// <summary>Version in the manifest.</summary>
    public string Version { get; private init; }

    /// <summary><c>float</c> or <c>int8</c>.</summary>
    public string Variant { get; private init; }

    /// <summary>SHA-256 of the model file, lower-case hex. Each model file has its own row.</summary>
    public string Sha256 { get; private init; }

    /// <summary>Temperature that calibrated the logits.</summary>
    public double Temperature { get; private init; }

    /// <summary>Class names in model order, as <see cref="ClassName.Normalize"/> spells them.</summary>
    public ImmutableArray<string> Labels { get; private init; }

    /// <summary>When the model first answered here, UTC.</summary>
    public DateTimeOffset FirstSeenAt { get; private init; }

    /// <summary>Records a model that answers here for the first time.</summary>
    /// <exception cref="ArgumentException">There are fewer than two labels, or two labels name the same class.</exception>
    public static ModelVersion Register(
        string name,
        string version,
        string variant,
        string sha256,
        double temperature,
        ImmutableArray<string> labels,
        DateTimeOffset now
    )
    {
        if (labels.Length < 2 || ClassName.FindRepeated(labels).Any())
            throw new ArgumentException("A model needs at least two classes with different names.", nameof(labels));
        return new ModelVersion
        {
            Id = Guid.CreateVersion7(now),
            Name = name,
            Version = version,
            Variant = variant,
            Sha256 = sha256,
            Temperature = temperature,
            Labels = [.. labels.Select(ClassName.Normalize)],
            FirstSeenAt = now,
        };
    }

    /// <summary>Returns the class with this name in any Unicode spelling, or null. Case matters.</summary>
    public ClassLabel? FindClass(string name) => ClassName.IndexIn(Labels, name) is { } index ? new ClassLabel(index, Labels[index]) : null;
}
