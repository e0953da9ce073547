using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.ObjectStorage;
using GourmetGram.Infrastructure.ObjectStorage.S3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Minio.DataModel.Args;
using Minio.Exceptions;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>Why Label Studio could not do something in a bucket.</summary>
internal enum S3ProblemKind
{
    MissingBucket,
    Denied,
    EmptyPrefix,
    MissingObject,

    /// <summary>Not reached, no answer, or refused for another reason.</summary>
    Other,
}

/// <param name="kind">What is wrong.</param>
/// <param name="text">In the words of the library that Label Studio uses.</param>
internal sealed class S3Problem(S3ProblemKind kind, string text) : Exception(text)
{
    public S3ProblemKind Kind { get; } = kind;
}

/// <summary>The S3 servers that storages name, with the keys that they carry. They are asked through the product's client.</summary>
internal sealed class S3Access(LabelStudioDouble server) : IAsyncDisposable
{
    private const string OctetStream = "binary/octet-stream";

    private readonly ConcurrentDictionary<(string Endpoint, string Key, string Secret, string Region), ServiceProvider> connections = new();

    /// <summary>Looks whether the bucket can be read and, where a prefix is given, holds an object under it.</summary>
    /// <exception cref="S3Problem">It cannot, or does not.</exception>
    public Task CheckAsync(StorageFields storage, bool prefixMustHoldObject) => DoAsync(storage, "ListObjectsV2", async connection =>
        {
            var prefix = prefixMustHoldObject ? storage.Prefix : "";
            var arguments = new ListObjectsArgs().WithBucket(storage.Bucket).WithPrefix(prefix).WithRecursive(true);
            await using var objects = connection
                .Client.ListObjectsEnumAsync(arguments, CancellationToken.None)
                .GetAsyncEnumerator(CancellationToken.None);
            if (!await objects.MoveNextAsync() && prefix.Length > 0)
                throw new S3Problem(S3ProblemKind.EmptyPrefix, $"s3://{storage.Bucket}/{prefix} not found.");
            return true;
        });

    /// <summary>Keys under a prefix, in the order of S3; without those in folders below it unless all are asked for.</summary>
    public Task<List<string>> ListAsync(StorageFields storage, string prefix, bool recursive) =>
        DoAsync(storage, "ListObjects", async connection =>
        {
            var keys = new List<string>();
            var arguments = new ListObjectsArgs().WithBucket(storage.Bucket).WithPrefix(prefix).WithRecursive(recursive);
            await foreach (var item in connection.Client.ListObjectsEnumAsync(arguments, CancellationToken.None))
            {
                if (!item.IsDir)
                    keys.Add(item.Key);
            }

            keys.Sort(StringComparer.Ordinal);
            return keys;
        });

    /// <returns>The bytes and their type.</returns>
    public Task<(byte[] Content, string ContentType, string ETag)> ReadAsync(StorageFields storage, string key) =>
        DoAsync(storage, "GetObject", async connection =>
        {
            var link = await connection.Client.PresignedGetObjectAsync(
                new PresignedGetObjectArgs().WithBucket(storage.Bucket).WithObject(key).WithExpiry(60)
            );
            using var response = await connection.Http.GetAsync(new Uri(link), CancellationToken.None);
            return (
                await response.Content.ReadAsByteArrayAsync(CancellationToken.None),
                response.Content.Headers.ContentType?.ToString() ?? OctetStream,
                response.Headers.ETag?.Tag ?? ""
            );
        });

    /// <summary>Writes an object as boto3 does. MinIO takes no key with an empty part, though other stores do.</summary>
    public Task WriteAsync(StorageFields storage, string key, string content) => DoAsync(storage, "PutObject", async connection =>
        {
            if (key.Contains("//", StringComparison.Ordinal))
                throw new S3Problem(
                    S3ProblemKind.Other,
                    "An error occurred (XMinioInvalidObjectName) when calling the PutObject operation: Object name contains unsupported "
                        + "characters."
                );
            // Through a signed link, for the product's own store would create a bucket that is missing.
            var link = await connection.Client.PresignedPutObjectAsync(
                new PresignedPutObjectArgs().WithBucket(storage.Bucket).WithObject(key).WithExpiry(60)
            );
            using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(content));
            body.Headers.ContentType = new MediaTypeHeaderValue(OctetStream);
            using var response = await connection.Http.PutAsync(new Uri(link), body, CancellationToken.None);
            return true;
        });

    public Task DeleteAsync(StorageFields storage, string key) => DoAsync(storage, "DeleteObject", async connection =>
        {
            await connection.Client.RemoveObjectAsync(
                new RemoveObjectArgs().WithBucket(storage.Bucket).WithObject(key),
                CancellationToken.None
            );
            return true;
        });

    /// <summary>A link that anybody may follow for a while.</summary>
    public Task<string> LinkAsync(StorageFields storage, string key, int minutes) =>
        DoAsync(storage, "GetObject", connection =>
            connection.Client.PresignedGetObjectAsync(
                new PresignedGetObjectArgs().WithBucket(storage.Bucket).WithObject(key).WithExpiry(minutes * 60)
            )
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections.Values)
            await connection.DisposeAsync();
    }

    private async Task<TResult> DoAsync<TResult>(StorageFields storage, string operation, Func<S3Connection, Task<TResult>> call)
    {
        if (server.S3Fault)
            throw Unreachable(storage);
        try
        {
            return await call(
                connections
                    .GetOrAdd((storage.Endpoint, storage.KeyId, storage.Secret, storage.Region), Connect)
                    .GetRequiredService<S3Connection>()
            );
        }
        catch (S3Fault fault)
        {
            throw Explain(fault, storage, operation);
        }
        catch (Exception e)
            when (e
                    is HttpRequestException
                        or IOException
                        or OperationCanceledException
                        or OptionsValidationException
                        or MinioException
                        or ArgumentException
                        or UriFormatException
            )
        {
            // Down, hanging, no such name, no such keys, no address.
            throw Unreachable(storage);
        }
    }

    private static S3Problem Explain(S3Fault fault, StorageFields storage, string operation)
    {
        var (kind, reason) = fault switch
        {
            { IsMissingBucket: true } => (S3ProblemKind.MissingBucket, "The specified bucket does not exist"),
            { IsMissing: true } => (S3ProblemKind.MissingObject, "The specified key does not exist."),
            { IsDenied: true } => (
                S3ProblemKind.Denied,
                "The request signature we calculated does not match the signature you provided. Check your key and signing method."
            ),
            _ => (S3ProblemKind.Other, $"{(int)fault.Status} from {storage.Endpoint}"),
        };
        return new S3Problem(
            kind,
            string.Create(
                CultureInfo.InvariantCulture,
                $"An error occurred ({fault.Code}) when calling the {operation} operation: {reason}"
            )
        );
    }

    private static S3Problem Unreachable(StorageFields storage) =>
        new(S3ProblemKind.Other, $"Could not connect to the endpoint URL: \"{storage.Endpoint}/{storage.Bucket}\"");

    private static ServiceProvider Connect((string Endpoint, string Key, string Secret, string Region) to)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["ObjectStore:Provider"] = "S3",
                ["ObjectStore:Endpoint"] = to.Endpoint,
                ["ObjectStore:AccessKey"] = to.Key,
                ["ObjectStore:SecretKey"] = to.Secret,
                ["ObjectStore:Region"] = to.Region,
                ["ObjectStore:TimeoutSeconds"] = "10",
            }
        );
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(TimeProvider.System)
            .AddSettings<GourmetGramOptions>()
            .AddObjectStorage()
            .BuildServiceProvider(validateScopes: true);
    }
}
