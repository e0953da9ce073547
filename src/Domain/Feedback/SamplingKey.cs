namespace GourmetGram.Domain.Feedback;

/// <summary>A secret that random draws are made with. It is kept for ever: without it no draw can be repeated.</summary>
public sealed class SamplingKey
{
    private SamplingKey()
    {
        Id = null!;
        Secret = null!;
    }

    /// <summary>Tells the key, and gives nothing of it away.</summary>
    public string Id { get; private init; }

    /// <summary>Random bytes, base64.</summary>
    public string Secret { get; private init; }

    /// <summary>When it was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>A new key.</summary>
    /// <param name="id">Unique.</param>
    /// <param name="secret">Random bytes, at least 16.</param>
    /// <param name="now">The time, UTC.</param>
    /// <exception cref="ArgumentException">The secret is too short to be one.</exception>
    public static SamplingKey Create(string id, ReadOnlySpan<byte> secret, DateTimeOffset now)
    {
        if (secret.Length < 16)
            throw new ArgumentException($"A secret has at least 16 bytes, found {secret.Length}.", nameof(secret));
        return new SamplingKey
        {
            Id = id,
            Secret = Convert.ToBase64String(secret),
            CreatedAt = now,
        };
    }

    /// <summary>The order that this key makes.</summary>
    public KeyedOrder ToOrder() => new(Id, [.. Convert.FromBase64String(Secret)]);
}
