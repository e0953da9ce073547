namespace GourmetGram.Application.Classification;

/// <summary>The buckets that GourmetGram writes to.</summary>
public static class Buckets
{
    /// <summary>What goes to annotators and comes back from them.</summary>
    public const string Labels = "labelstudio";

    /// <summary>All of them but those of datasets, whose names are settings.</summary>
    public static readonly IReadOnlyList<string> All = [Classify.Bucket, Thumbnails.Bucket, ExportTracking.Address.Bucket, Labels];
}
