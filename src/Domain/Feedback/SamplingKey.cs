namespace GourmetGram.Domain.Feedback;

/// <summary>A secret key for random draws. The key is stored forever, because no draw can be repeated without it.</summary>
public sealed class SamplingKey
{
    private SamplingKey()
    {
        Id = null!;
        Secret = null!;
    }

    /// <summary>Identifies the key without revealing the secret.</summary>
    public string Id { get; private init; }

    /// <summary>Random bytes, base64.</summary>
    public string Secret { get; private init; }

    /// <summary>When the key was created, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Creates a key.</summary>
    /// <param name="id">Unique id.</param>
    /// <param name="secret">Random bytes, at least 16.</param>
    /// <param name="now">The time, UTC.</param>
    /// <exception cref="ArgumentException">The secret has fewer than 16 bytes.</exception>
    public static SamplingKey Create(string id, ReadOnlySpan<byte> secret, DateTimeOffset now)
    {
        if (secret.Length < 16)
            throw new ArgumentException($"A secret needs at least 16 bytes, found {secret.Length}.", nameof(secret));
        return new SamplingKey
        {
            Id = id,
            Secret = Convert.ToBase64String(secret),
            CreatedAt = now,
        };
    }

    /// <summary>Returns the random order that this key defines.</summary>
    public KeyedOrder ToOrder() => new(Id, [.. Convert.FromBase64String(Secret)]);
}
