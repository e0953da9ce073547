namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Ids of predictions are UUIDv7, so a range of ids is a range of time, and an index of ids is one of time.</summary>
internal static class PredictionIds
{
    /// <summary>Returns the smallest id of a millisecond; for a time before 1970, the smallest id of all.</summary>
    public static Guid SmallestOf(DateTimeOffset moment)
    {
        var id = Guid.CreateVersion7(moment < DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch : moment).ToByteArray(bigEndian: true);
        id.AsSpan(6).Clear();
        id[6] = 0x70;
        id[8] = 0x80;
        return new Guid(id, bigEndian: true);
    }
}
