using System.Text.Json;
using System.Text.Json.Serialization;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>
/// Calls of <c>/api/storages/s3</c>, from which Label Studio reads, and <c>/api/storages/export/s3</c>, to which it writes.
/// </summary>
internal static class StorageCalls
{
    /// <summary>Storages from which Label Studio reads.</summary>
    public const string Sources = "api/storages/s3";

    /// <summary>Storages to which Label Studio writes.</summary>
    public const string Targets = "api/storages/export/s3";

    /// <summary>
    /// How a storage should be. Label Studio never returns keys, so they are sent each time. Without <c>bucket</c> it checks nothing, so
    /// the bucket is sent each time too.
    /// </summary>
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

        /// <summary>An empty text removes an endpoint that was set.</summary>
        [JsonPropertyName("s3_endpoint")]
        public string? Endpoint { get; init; }

        [JsonPropertyName("aws_access_key_id")]
        public required string AccessKey { get; init; }

        [JsonPropertyName("aws_secret_access_key")]
        public required string SecretKey { get; init; }
    }

    /// <summary>A storage as Label Studio returns it.</summary>
    public sealed record Storage
    {
        public long Id { get; init; }

        public string? Title { get; init; }

        public string? Bucket { get; init; }

        public string? Prefix { get; init; }

        public string? RegexFilter { get; init; }

        public bool? UseBlobUrls { get; init; }

        public bool? Presign { get; init; }

        public bool? RecursiveScan { get; init; }

        public bool? Synchronizable { get; init; }

        public bool? CanDeleteObjects { get; init; }

        public string? RegionName { get; init; }

        [JsonPropertyName("s3_endpoint")]
        public string? Endpoint { get; init; }

        public string? Status { get; init; }

        public int? LastSyncCount { get; init; }

        public DateTimeOffset? LastSync { get; init; }

        public string? Traceback { get; init; }

        public Meta? Meta { get; init; }

        /// <summary>Whether a sync runs or appears to run.</summary>
        public bool IsBusy => Status is "queued" or "in_progress";

        /// <summary>Whether the storage points to this location. Slashes at the ends of a prefix make no difference.</summary>
        public bool IsAt(string? bucket, string? prefix) => Bucket == bucket && (Prefix ?? "").Trim('/') == (prefix ?? "").Trim('/');
    }

    /// <param name="TimeLastPing">When the running sync last reported progress, as Label Studio's text.</param>
    public sealed record Meta(string? TimeLastPing);

    /// <summary><c>GET …?project={id}</c>. Label Studio then also detects which syncs are dead.</summary>
    public static Task<IReadOnlyList<Storage>> StoragesAsync(
        this LabelStudioClient client,
        string kind,
        long project,
        CancellationToken cancellationToken
    ) => client.GetAsync<IReadOnlyList<Storage>>($"{kind}?project={project}", cancellationToken);

    /// <summary><c>GET …/{id}</c></summary>
    /// <returns>Null when the storage no longer exists.</returns>
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

    /// <summary><c>POST …/validate</c>: checks the bucket with the settings of the storage.</summary>
    public static Task ValidateStorageAsync(
        this LabelStudioClient client,
        string kind,
        Wanted storage,
        CancellationToken cancellationToken
    ) => client.SendAsync<JsonElement>(HttpMethod.Post, $"{kind}/validate", storage, cancellationToken);

    /// <summary><c>PATCH …/{id}</c></summary>
    public static Task<Storage> ChangeStorageAsync(
        this LabelStudioClient client,
        string kind,
        long id,
        Wanted storage,
        CancellationToken cancellationToken
    ) => client.SendAsync<Storage>(HttpMethod.Patch, $"{kind}/{id}", storage, cancellationToken);

    /// <summary><c>DELETE …/{id}</c>. The storage's tasks stay.</summary>
    public static Task DeleteStorageAsync(this LabelStudioClient client, string kind, long id, CancellationToken cancellationToken) =>
        client.SendAsync<JsonElement>(HttpMethod.Delete, $"{kind}/{id}", body: null, cancellationToken);

    /// <summary>
    /// <c>POST …/{id}/sync</c>: responds when the sync has ended. The outcome is in the storage's status, not in the HTTP status.
    /// </summary>
    /// <exception cref="TimeoutException">There was no response in time. The sync continues.</exception>
    public static Task<Storage> SyncStorageAsync(
        this LabelStudioClient client,
        string kind,
        long id,
        CancellationToken cancellationToken
    ) => client.StartAsync<Storage>($"{kind}/{id}/sync", new { }, cancellationToken);
}
