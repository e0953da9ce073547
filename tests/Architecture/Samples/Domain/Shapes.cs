using System.Collections.Immutable;

namespace GourmetGram.Tests.Architecture.Samples.Domain.Classification;

/// <summary>Anybody can make it and change it.</summary>
public class OpenEntity
{
    public Guid Id { get; private init; }

    public string? Name { get; set; }

    public string? Note { get; init; }
}

/// <summary>An entity all the same: it changes.</summary>
public class WithoutId
{
    private WithoutId() { }

    public int Count { get; set; }
}

/// <summary>As an entity should be.</summary>
public sealed class ClosedEntity
{
    private ClosedEntity() { }

    public Guid Id { get; private init; }

    public int Count { get; private set; }

    public static ClosedEntity Make(Guid id) => new() { Id = id };

    public void Add() => Count++;
}

/// <summary>As a value should be.</summary>
public sealed record UnchangingRecord(string Name, ImmutableArray<int> Values)
{
    public static readonly UnchangingRecord None = new("", []);
}

public sealed class ChangingField
{
    private int count;

    public int Next() => ++count;
}

public sealed record ChangingRecord
{
    public string Name { get; set; } = "";
}

public sealed record RecordOfArray(int[] Values);

public sealed record RecordOfList(List<int> Values);

public static class StaticState
{
    public const int Limit = 3;

    public static readonly HashSet<string> Known = [];

    private static int count;

    public static int Last { get; private set; }

    public static Func<int, int> Cached => static value => value + 1;

    public static int Next() => Last = ++count;
}
