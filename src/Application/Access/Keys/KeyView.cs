using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Access;

/// <summary>An API key of a person, without its secret.</summary>
public sealed record KeyView
{
    public required Guid Id { get; init; }

    /// <summary>What the key is for, in the person's words.</summary>
    public required string Label { get; init; }

    /// <summary>The beginning of the key.</summary>
    public required string Hint { get; init; }

    /// <summary>What the key may do, but never more than the person.</summary>
    public required IReadOnlyList<ApiScope> Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the key stops working, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When a program last used the key, UTC, to the minute; null for never.</summary>
    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>When the key was revoked, UTC; null while it works.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    internal static KeyView From(ApiKey key) =>
        new()
        {
            Id = key.Id,
            Label = key.Label,
            Hint = key.Hint,
            Scopes = key.Scopes,
            CreatedAt = key.CreatedAt,
            ExpiresAt = key.ExpiresAt,
            UsedAt = key.UsedAt,
            RevokedAt = key.RevokedAt,
        };
}
