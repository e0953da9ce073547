namespace GourmetGram.Tests.Unit.TestModels;

/// <summary>What is wrong with a test model's file.</summary>
internal sealed record ModelFault
{
    /// <summary>File outside the model where the head's weights are said to be.</summary>
    public string? ExternalFile { get; init; }

    /// <summary>Domain of one operation, which the runtime does not know.</summary>
    public string? Domain { get; init; }

    /// <summary>Type of the input's numbers: 1 for float32, 7 for int64.</summary>
    public int? InputType { get; init; }

    /// <summary>Whether photos of any size are let in.</summary>
    public bool HasOpenSides { get; init; }
}
