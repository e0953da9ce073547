using System.Text.Json.Serialization;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>Calls of <c>/api/storages/s3</c>, from which Label Studio reads, and <c>/api/storages/export/s3</c>, to which it writes.</summary>
internal static class StorageCalls
{
    /// <summary>From which Label Studio reads.</summary>
    public const string Sources = "api/storages/s3";

    /// <summary>To which Label Studio writes.</summary>
    public const string Targets = "api/storages/export/s3";

    /// <summary>What a storage should be. Keys are never told, so they are sent each time; without <c>bucket</c> nothing is checked, so that is too.</summary>
    public sealed record Wanted
    {
        public required long Project { get; init; }

        public required string Title { get; init; }

        public required string Bucket { get; init; }

        public required string Prefix { get; init; }

        public string? RegexFilter { get; init; }

        public bool? UseBlobUrls { get; init; }

        public bool? Presign { get; init; }

        public bool? RecursiveScan { get; init; }

        public bool? Synchronizable { get; init; }

        public bool? CanDeleteObjects { get; init; }

        [JsonPropertyName("region_name")]
        public required string Region { get; init; }

        /// <summary>An empty text takes away one that was set.</summary>
        [JsonPropertyName("s3_endpoint")]
        public string? Endpoint { get; init; }

        [JsonPropertyName("aws_access_key_id")]
        public required string AccessKey { get; init; }

        [JsonPropertyName("aws_secret_access_key")]
        public required string SecretKey { get; init; }
    }

    /// <summary>A storage as Label Studio answers.</summary>
    public sealed record Storage(
        long Id,
        string? Title,
        string? Bucket,
        string? Prefix,
        string? RegexFilter,
        bool? UseBlobUrls,
        bool? Presign,
        bool? RecursiveScan,
        bool? Synchronizable,
        bool? CanDeleteObjects,
        string? RegionName,
        [property: JsonPropertyName("s3_endpoint")] string? Endpoint,
        string? Status,
        int? LastSyncCount,
        DateTimeOffset? LastSync,
        string? Traceback,
        Meta? Meta
    )
    {
        /// <summary>Whether a sync runs, or seems to.</summary>
        public bool IsBusy => Status is "queued" or "in_progress";

        /// <summary>Whether it names this place; slashes at the ends of a prefix make no difference.</summary>
        public bool IsAt(string? bucket, string? prefix) => Bucket == bucket && (Prefix ?? "").Trim('/') == (prefix ?? "").Trim('/');
    }

    /// <param name="TimeLastPing">When the sync that runs last gave a sign of life, as text of Label Studio's.</param>
    public sealed record Meta(string? TimeLastPing);

    /// <summary><c>GET …?project={id}</c>. It also finds out which syncs are dead.</summary>
    public static Task<IReadOnlyList<Storage>> StoragesAsync(
        this LabelStudioClient client,
        string kind,
        long project,
        CancellationToken cancellationToken
    ) => client.GetAsync<IReadOnlyList<Storage>>($"{kind}?project={project}", cancellationToken);

    /// <summary><c>GET …/{id}</c></summary>
    /// <returns>Null when it is gone.</returns>
    public static Task<Storage?> FindStorageAsync(
        this LabelStudioClient client,
        string kind,
        long id,
        CancellationToken cancellationToken
    ) => client.FindAsync<Storage>($"{kind}/{id}", cancellationToken);

    /// <summary><c>POST …</c></summary>
    public static Task<Storage> MakeStorageAsync(
        this LabelStudioClient client,
        string kind,
        Wanted storage,
        CancellationToken cancellationToken
    ) => client.SendAsync<Storage>(HttpMethod.Post, kind, storage, cancellationToken);

    /// <summary><c>PATCH …/{id}</c></summary>
    public static Task<Storage> ChangeStorageAsync(
        this LabelStudioClient client,
        string kind,
        long id,
        Wanted storage,
        CancellationToken cancellationToken
    ) => client.SendAsync<Storage>(HttpMethod.Patch, $"{kind}/{id}", storage, cancellationToken);

    /// <summary><c>POST …/{id}/sync</c>: runs to its end before it answers. What came of it is in the status, not in that of HTTP.</summary>
    /// <exception cref="TimeoutException">There was no answer in time; it goes on.</exception>
    public static Task<Storage> SyncStorageAsync(
        this LabelStudioClient client,
        string kind,
        long id,
        CancellationToken cancellationToken
    ) => client.StartAsync<Storage>($"{kind}/{id}/sync", new { }, cancellationToken);
}
