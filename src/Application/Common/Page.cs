namespace GourmetGram.Application.Common;

/// <summary>One page of a list that is paged by key.</summary>
/// <param name="Items">The rows of this page.</param>
/// <param name="Next">Cursor of the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Rules that all lists with paging by key share.</summary>
public static class Paging
{
    /// <summary>Maximum number of rows per page.</summary>
    public const int MaximumLimit = 100;

    /// <summary>Error message for an invalid limit.</summary>
    public static readonly string LimitMessage = $"'limit' must be a whole number from 1 to {MaximumLimit}.";

    /// <summary>Error message for an invalid cursor.</summary>
    public const string CursorMessage = "'cursor' must be the 'next' value of the previous page. Leave it out for the first page.";

    /// <summary>Whether the cursor is null or has the format that pages return.</summary>
    public static bool IsCursor(string? cursor) => cursor is null || Guid.TryParseExact(cursor, "N", out _);

    /// <summary>Returns the id of the last row of the previous page; null for the first page.</summary>
    public static Guid? Read(string? cursor) => cursor is null ? null : Guid.ParseExact(cursor, "N");

    /// <summary>Returns the cursor for the rows after this one.</summary>
    public static string CursorOf(Guid id) => id.ToString("N");
}
