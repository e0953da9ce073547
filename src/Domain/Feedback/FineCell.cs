namespace GourmetGram.Domain.Feedback;

/// <summary>
/// One of the eight cells that a sampling window divides its photos into: confidence band at prediction time, and whether the photo had a
/// flag or a correction when its window closed. Fixed for ever when the window closes (docs/statistics.md 5.1).
/// </summary>
/// <param name="Band">0: confidence below 0.5, 1: below 0.7, 2: below 0.9, 3: 0.9 and above.</param>
/// <param name="IsFlagged">Whether the photo had a flag or a correction.</param>
public readonly record struct FineCell(int Band, bool IsFlagged)
{
    /// <summary>Number of confidence bands.</summary>
    public const int Bands = 4;

    /// <summary>Lower edges of bands 1 to 3. Confidences are single precision, so the edges are too.</summary>
    public const float Edge1 = 0.5f;
    public const float Edge2 = 0.7f;
    public const float Edge3 = 0.9f;

    /// <summary>Number of cells.</summary>
    public const int Count = 2 * Bands;

    /// <summary>Number of the cell, as rows store it: 0 to 7, by band, unflagged before flagged.</summary>
    public int Index => (2 * Band) + (IsFlagged ? 1 : 0);

    /// <summary>All cells in the order of their numbers.</summary>
    public static IReadOnlyList<FineCell> All { get; } = [.. Enumerable.Range(0, Count).Select(Of)];

    /// <summary>Returns the cell with a number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not from 0 to 7.</exception>
    public static FineCell Of(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return new FineCell(index / 2, index % 2 == 1);
    }
}
