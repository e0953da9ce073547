namespace GourmetGram.Domain.Classification;

/// <summary>How much one visitor, one address or everybody without an account has stored within an hour or a day, on all nodes.</summary>
public sealed class UploadCount
{
    private UploadCount()
    {
        Key = null!;
    }

    /// <summary>Who and when, as a keyed hash: addresses are personal data.</summary>
    public string Key { get; private init; }

    public long Photos { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>When the hour or day ends, UTC.</summary>
    public DateTimeOffset EndsAt { get; private init; }

    /// <summary>Concurrency token: of two nodes that count at the same time, the second counts again.</summary>
    public int Revision { get; private set; }

    /// <summary>Begins to count.</summary>
    /// <param name="key">Who and when, as a keyed hash.</param>
    /// <param name="endsAt">When the hour or day ends, UTC.</param>
    public static UploadCount Of(string key, DateTimeOffset endsAt) => new() { Key = key, EndsAt = endsAt };

    /// <summary>Counts photos.</summary>
    public void Add(long photos, long bytes)
    {
        Photos += photos;
        Bytes += bytes;
        Revision++;
    }
}
