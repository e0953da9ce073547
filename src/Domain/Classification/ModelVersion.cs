using System.Collections.Immutable;

namespace GourmetGram.Domain.Classification;

/// <summary>A model that has answered at least one photo here: predictions point to it, so that what a model said can always be told from what another said.</summary>
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

    /// <summary>SHA-256 of the model file, lower-case hex. Two files never share a row.</summary>
    public string Sha256 { get; private init; }

    /// <summary>Temperature with which the logits were calibrated.</summary>
    public double Temperature { get; private init; }

    /// <summary>Class names in model order.</summary>
    public ImmutableArray<string> Labels { get; private init; }

    /// <summary>When it was first loaded here, UTC.</summary>
    public DateTimeOffset FirstSeenAt { get; private init; }

    /// <summary>Records a model that is loaded for the first time.</summary>
    /// <exception cref="ArgumentException">Fewer than two labels, or a name that stands twice.</exception>
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
        if (labels.Length < 2 || labels.Distinct(StringComparer.Ordinal).Count() != labels.Length)
            throw new ArgumentException("A model has at least two classes, each name once.", nameof(labels));
        return new ModelVersion
        {
            Id = Guid.CreateVersion7(now),
            Name = name,
            Version = version,
            Variant = variant,
            Sha256 = sha256,
            Temperature = temperature,
            Labels = labels,
            FirstSeenAt = now,
        };
    }

    /// <summary>The class with this name (ordinal), or null.</summary>
    public ClassLabel? FindClass(string name)
    {
        var index = Labels.IndexOf(name);
        return index < 0 ? null : new ClassLabel(index, name);
    }
}
