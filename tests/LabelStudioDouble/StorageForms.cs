using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>What source and target storages have in common: their form, and the JSON that shows them.</summary>
internal static partial class StorageForms
{
    private static readonly string[] Secrets = ["aws_access_key_id", "aws_secret_access_key"];

    private const string BucketRules =
        @"Bucket name must match the regex ""^[a-zA-Z0-9.\-_]{1,255}$"" or be an ARN matching the regex "
        + @"""^arn:(aws).*:(s3|s3-object-lambda):[a-z\-0-9]*:[0-9]{12}:accesspoint[/:][a-zA-Z0-9\-.]{1,63}$"
        + @"|^arn:(aws).*:s3-outposts:[a-z\-0-9]+:[0-9]{12}:outpost[/:][a-zA-Z0-9\-]{1,63}[/:]accesspoint[/:][a-zA-Z0-9\-]{1,63}$""";

    /// <summary>A new storage as it is before anything was sent.</summary>
    public static JsonObject Defaults(bool isTarget, bool is116)
    {
        var fields = new JsonObject
        {
            ["synchronizable"] = true,
            ["title"] = null,
            ["description"] = null,
            ["bucket"] = null,
            ["prefix"] = null,
            ["regex_filter"] = null,
            ["use_blob_urls"] = false,
            ["aws_access_key_id"] = null,
            ["aws_secret_access_key"] = null,
            ["aws_sse_kms_key_id"] = null,
            ["region_name"] = null,
            ["s3_endpoint"] = null,
        };
        if (isTarget)
        {
            fields["can_delete_objects"] = null;
        }
        else
        {
            fields["presign"] = true;
            fields["presign_ttl"] = 1;
            fields["recursive_scan"] = false;
        }

        if (is116)
            fields["aws_session_token"] = null;
        return fields;
    }

    /// <summary>What the form of a storage takes.</summary>
    public static FormRules Rules(LabelStudioDouble server) =>
        new FormRules(server.Is116)
            .Text("title")
            .Text("description")
            .Text("bucket")
            .Text("prefix")
            .Text("regex_filter")
            .Text("region_name")
            .Text("s3_endpoint")
            .Text("aws_access_key_id")
            .Text("aws_secret_access_key")
            .Flag("synchronizable")
            .Flag("use_blob_urls")
            .Flag("presign")
            .Flag("recursive_scan")
            .Flag("can_delete_objects", mayBeNull: true)
            .Integer("presign_ttl")
            .Key("project", id =>
            {
                lock (server.Data.Gate)
                    return server.Data.Projects.Exists(project => project.Id == id);
            });

    /// <returns>The fields with what was sent put over them.</returns>
    public static JsonObject Merge(JsonObject fields, JsonObject form)
    {
        var merged = (JsonObject)fields.DeepClone();
        foreach (var (name, value) in form.Where(field => fields.ContainsKey(field.Key)))
            merged[name] = value?.DeepClone();
        return merged;
    }

    /// <exception cref="Refusal">400: no bucket can have this name. 1.16 finds that out from S3.</exception>
    public static void CheckBucketName(string bucket)
    {
        if (!BucketName().IsMatch(bucket))
            throw Refusal.Invalid("bucket", $"Invalid bucket name \"{bucket}\": {BucketRules}");
    }

    /// <param name="storage">Which one.</param>
    /// <param name="isChange">The answer to a PATCH lacks <c>type</c>.</param>
    public static JsonObject Show(StorageRow storage, bool isChange = false)
    {
        var shown = new JsonObject { ["id"] = storage.Id };
        if (!isChange)
            shown["type"] = "s3";
        shown["last_sync"] = storage.LastSync?.Iso();
        shown["last_sync_count"] = storage.LastSyncCount;
        shown["last_sync_job"] = null;
        shown["status"] = storage.Status;
        shown["traceback"] = storage.Traceback;
        shown["meta"] = storage.Meta.DeepClone();
        shown["created_at"] = storage.CreatedAt.Iso();
        shown["project"] = storage.Project;
        foreach (var (name, value) in storage.Fields.Where(field => !Secrets.Contains(field.Key)))
            shown[name] = value?.DeepClone();
        return shown;
    }

    /// <summary>Storages of the project that the query names.</summary>
    public static Answer List(Call call, Database data, IEnumerable<StorageRow> storages, bool is116)
    {
        if (call.Query("project") is null)
            throw is116
                ? Refusal.NotFound("No Project matches the given query.")
                : Refusal.Invalid("non_field_errors", "query parameter \"project\" is required");
        var project = data.ProjectToList(call.User, call.QueryNumber("project") ?? 0);
        return Answer.Of(new JsonArray([.. storages.Where(storage => storage.Project == project.Id).Select(storage => Show(storage))]));
    }

    /// <summary>A sync begins: it is queued and taken up at once.</summary>
    public static void Begin(StorageRow storage, Database data)
    {
        Queue(storage, data);
        var now = data.Now();
        storage.Status = "in_progress";
        storage.LastPing = now;
        storage.Meta["time_in_progress"] = now.Printed();
        storage.Meta["time_last_ping"] = now.Printed();
    }

    public static void Queue(StorageRow storage, Database data)
    {
        storage.Status = "queued";
        (storage.LastSync, storage.LastSyncCount) = (null, null);
        storage.Meta = new JsonObject { ["attempts"] = (storage.Meta.Number("attempts") ?? 0) + 1, ["time_queued"] = data.Now().Printed() };
    }

    public static void Complete(StorageRow storage, Database data, int count, string countName, int countValue)
    {
        var now = data.Now();
        storage.Status = "completed";
        (storage.LastSync, storage.LastSyncCount) = (now, count);
        storage.Meta["time_completed"] = now.Printed();
        storage.Meta["duration"] = 0.0;
        storage.Meta[countName] = countValue;
    }

    public static void Fail(StorageRow storage, Database data, string traceback)
    {
        storage.Status = "failed";
        // Even if some tasks were made.
        (storage.LastSync, storage.LastSyncCount) = (null, null);
        storage.Traceback = traceback;
        storage.Meta["time_failure"] = data.Now().Printed();
        storage.Meta["duration"] = 0.0;
    }

    public static Answer NotSynchronizable(StorageRow storage) =>
        Answer.Of(new JsonObject { ["message"] = $"Storage {storage.Id} is not synchronizable" }, StatusCodes.Status400BadRequest);

    [GeneratedRegex(@"^[a-zA-Z0-9.\-_]{1,255}$")]
    private static partial Regex BucketName();
}
