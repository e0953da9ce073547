using GourmetGram.Application.Common;

namespace GourmetGram.Application.Classification;

/// <summary>The buckets that GourmetGram writes to.</summary>
public static class Buckets
{
    /// <summary>Exchanges files with annotators: tasks, labels and corrections.</summary>
    public const string Labels = "labelstudio";

    /// <summary>Folders of imported models.</summary>
    public const string Models = "models";

    /// <summary>Key prefix of our own small objects in bucket <c>production</c>: the installation id and the doctor's probes.</summary>
    public const string OwnPrefix = ".gourmetgram/";

    /// <summary>Address of the object that stores the id of the installation the object store belongs to.</summary>
    public static readonly ObjectAddress Installation = new(Classify.Bucket, $"{OwnPrefix}installation.json");

    /// <summary>All buckets except those of datasets, whose names are settings.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        Classify.Bucket,
        Thumbnails.Bucket,
        Orphans.Bucket,
        ExportTracking.Address.Bucket,
        Labels,
        Models,
    ];
}
