using System.Text.Json.Nodes;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>Where a storage is, taken from what was sent or is kept.</summary>
/// <param name="Bucket">Full name.</param>
/// <param name="Prefix">Empty for the whole bucket.</param>
/// <param name="KeyId">Of the S3 key.</param>
/// <param name="Secret">The S3 key itself.</param>
/// <param name="Region">That requests are signed for.</param>
/// <param name="SentEndpoint">Its own S3 server; null for the one that Label Studio was started with.</param>
/// <param name="Endpoint">Of the two the one in use; empty when there is none.</param>
internal sealed record StorageFields(
    string Bucket,
    string Prefix,
    string KeyId,
    string Secret,
    string Region,
    string? SentEndpoint,
    string Endpoint
)
{
    public static StorageFields Of(JsonObject fields, LabelStudioSettings settings)
    {
        var sent = fields.Text("s3_endpoint") is { Length: > 0 } endpoint ? endpoint : null;
        var region = fields.Text("region_name");
        return new StorageFields(
            fields.Text("bucket"),
            fields.Text("prefix"),
            fields.Text("aws_access_key_id"),
            fields.Text("aws_secret_access_key"),
            region.Length > 0 ? region : "us-east-1",
            sent,
            sent ?? settings.S3Endpoint ?? ""
        );
    }
}
