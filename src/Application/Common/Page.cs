namespace GourmetGram.Application.Common;

/// <summary>One page of a list that is paged by key.</summary>
/// <param name="Items">The rows of this page.</param>
/// <param name="Next">Cursor of the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>What all lists that are paged by key have in common.</summary>
public static class Paging
{
    /// <summary>Most rows of a page.</summary>
    public const int MaximumLimit = 100;

    /// <summary>What is said of a limit that makes no sense.</summary>
    public static readonly string LimitMessage = $"'limit' is a whole number from 1 to {MaximumLimit}.";

    /// <summary>What is said of a cursor that no page gave.</summary>
    public const string CursorMessage = "'cursor' is what 'next' of the page before says; leave it out for the first page.";

    /// <summary>Whether a page may have given this cursor, or it is null.</summary>
    public static bool IsCursor(string? cursor) => cursor is null || Guid.TryParseExact(cursor, "N", out _);

    /// <summary>The id of the last row of the page before; null for the first page.</summary>
    public static Guid? Read(string? cursor) => cursor is null ? null : Guid.ParseExact(cursor, "N");

    /// <summary>What leads to the rows beyond this one.</summary>
    public static string CursorOf(Guid id) => id.ToString("N");
}
