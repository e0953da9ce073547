namespace GourmetGram.Application.Classification;

/// <summary>The buckets that GourmetGram writes to.</summary>
public static class Buckets
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [Classify.Bucket, Thumbnails.Bucket, ExportTracking.Address.Bucket];
}
