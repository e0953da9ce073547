namespace GourmetGram.Domain.Classification;

/// <summary>Stores for a day which prediction an <c>Idempotency-Key</c> led to, so that a repeated upload gets the same answer.</summary>
public sealed class IdempotencyRecord
{
    /// <summary>How long a key is stored.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private IdempotencyRecord()
    {
        Scope = Key = UploadSha256 = "";
    }

    /// <summary>The owner of the key. Two callers may use the same key.</summary>
    public string Scope { get; private init; }

    public string Key { get; private init; }

    /// <summary>SHA-256 of the bytes first sent with the key, lower-case hex.</summary>
    public string UploadSha256 { get; private set; }

    public Guid PredictionId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public static IdempotencyRecord For(string scope, string key, Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return new IdempotencyRecord
        {
            Scope = scope,
            Key = key,
            UploadSha256 = prediction.Photo.UploadSha256,
            PredictionId = prediction.Id,
            CreatedAt = prediction.CreatedAt,
        };
    }

    /// <summary>Whether the key has expired and may be used for a new upload.</summary>
    public bool HasExpired(DateTimeOffset now) => now - CreatedAt >= Lifetime;

    /// <summary>Assigns an expired key to a new prediction.</summary>
    /// <exception cref="InvalidOperationException">The key has not expired.</exception>
    public void Reuse(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (!HasExpired(prediction.CreatedAt))
            throw new InvalidOperationException($"Idempotency key '{Key}' is in use until {CreatedAt + Lifetime:O}.");
        UploadSha256 = prediction.Photo.UploadSha256;
        PredictionId = prediction.Id;
        CreatedAt = prediction.CreatedAt;
    }
}
