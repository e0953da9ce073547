namespace GourmetGram.Tests.Architecture.Samples.Records;

/// <summary>As many as a reader can tell apart.</summary>
public sealed record SevenByPosition(int A, int B, int C, int D, int E, int F, int G);

public sealed record EightByPosition(int A, int B, int C, int D, int E, int F, int G, int H);

public readonly record struct EightInAStruct(int A, int B, int C, int D, int E, int F, int G, int H);

/// <summary>As a record of many members should be.</summary>
public sealed record EightByName
{
    public required int A { get; init; }

    public required int B { get; init; }

    public required int C { get; init; }

    public required int D { get; init; }

    public required int E { get; init; }

    public required int F { get; init; }

    public required int G { get; init; }

    public required int H { get; init; }
}
