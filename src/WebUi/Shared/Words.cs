using System.Globalization;

namespace GourmetGram.WebUi.Shared;

/// <summary>Puts numbers and days into words.</summary>
internal static class Words
{
    /// <summary>Returns a number with its noun: <c>1 label</c>, <c>1,204 labels</c>.</summary>
    public static string Count(int count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Day(DateOnly day) => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
}
