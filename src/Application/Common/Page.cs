namespace GourmetGram.Application.Common;

/// <summary>One page of a list that is paged by key.</summary>
/// <param name="Items">The rows of this page.</param>
/// <param name="Next">Cursor of the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
