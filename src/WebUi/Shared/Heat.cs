namespace GourmetGram.WebUi.Shared;

/// <summary>Colours the cells of a confusion matrix.</summary>
internal static class Heat
{
    /// <summary>
    /// Returns a cell's CSS classes for its share of the row, from step 1 to 5; null for an empty cell. Cells on the diagonal get at least
    /// step 4, other cells at most step 3.
    /// </summary>
    public static string? Step(double count, double row, bool agrees)
    {
        if (count == 0)
            return null;
        var step = (count / row) switch
        {
            < 0.07 => 1,
            < 0.18 => 2,
            < 0.6 => 3,
            < 0.9 => 4,
            _ => 5,
        };
        return agrees ? $"ok h{Math.Max(4, step)}" : $"h{Math.Min(3, step)}";
    }
}
