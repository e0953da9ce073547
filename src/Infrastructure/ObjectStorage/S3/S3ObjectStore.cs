using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using Minio.DataModel.Args;
using Minio.DataModel.Tags;

namespace GourmetGram.Infrastructure.ObjectStorage.S3;

/// <summary>
/// Stores objects on an S3 server. Objects are uploaded and downloaded through links that the Minio package signs, one request each. The
/// package's own upload buffers parts of 16 MiB in memory, ignores "only if absent" above 5 MiB and leaves unfinished uploads behind, and
/// its own download sends two requests before it reads. The package makes all other calls.
/// </summary>
internal sealed class S3ObjectStore(S3Connection connection, ConfigurationReload reload) : IObjectStore
{
    private const int LinkSeconds = 3600;

    /// <summary>
    /// Longest body that is sent without "Expect: 100-continue". A server that refuses a request because of its headers still reads a short
    /// body, but closes the connection on a longer one, and its error is lost. So a longer body is sent only when the server asks for it.
    /// MinIO, for example, refuses in this way an object for a bucket that does not exist.
    /// </summary>
    private const int LongestUnasked = 128 << 10;

    public bool KeepsTags => connection.Options.Tags;

    public string LinkTo(ObjectAddress address) => $"{connection.Options.Endpoint!.TrimEnd('/')}/{BucketOf(address)}/{address.Key}";

    public Task PutAsync(ObjectAddress address, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken) =>
        PutAsync(address, () => new ReadOnlyMemoryContent(content), ChecksumOf(content), mediaType, onlyIfAbsent: false, cancellationToken);

    public async Task PutAsync(ObjectAddress address, Stream content, string mediaType, CancellationToken cancellationToken)
    {
        var start = content.Position;
        var hash = await ChecksumOfAsync(content, cancellationToken);
        await PutAsync(
            address,
            () =>
            {
                content.Position = start;
                return new BorrowedStreamContent(content);
            },
            hash,
            mediaType,
            onlyIfAbsent: false,
            cancellationToken
        );
    }

    public Task<bool> TryPutAsync(
        ObjectAddress address,
        ReadOnlyMemory<byte> content,
        string mediaType,
        CancellationToken cancellationToken
    ) => PutAsync(address, () => new ReadOnlyMemoryContent(content), ChecksumOf(content), mediaType, onlyIfAbsent: true, cancellationToken);

    public Task<Stream> OpenReadAsync(ObjectAddress address, CancellationToken cancellationToken)
    {
        var what = $"Object {address} could not be read";
        return CallAsync(
            what,
            async token =>
            {
                var response = await GetAsync(address, range: null, version: null, token);
                if (response.Headers.ETag is not { } version || response.Content.Headers.ContentLength is not { } length)
                {
                    response.Dispose();
                    throw new ForeignAnswerException("the answer has no version or no length.");
                }

                return (Stream)
                    new S3ReadStream(
                        address,
                        (start, readToken) =>
                            CallAsync(what, callToken => OpenPartAsync(address, start, length, version, callToken), readToken, address),
                        length,
                        await response.Content.ReadAsStreamAsync(token),
                        connection.Timeout
                    );
            },
            cancellationToken,
            address
        );
    }

    public async Task<ObjectDetails?> FindAsync(ObjectAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(
                $"Object {address} could not be looked up",
                async token =>
                {
                    var found = await connection.Client.StatObjectAsync(
                        new StatObjectArgs().WithBucket(BucketOf(address)).WithObject(address.Key),
                        token
                    );
                    if (string.IsNullOrEmpty(found.ETag))
                        throw new ForeignAnswerException("the answer has no version.");
                    return new ObjectDetails(
                        found.Size,
                        found.ContentType,
                        found.ETag,
                        new DateTimeOffset(found.LastModified.ToUniversalTime())
                    );
                },
                cancellationToken,
                address
            );
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(
        string bucket,
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(bucket);
        var what = $"Objects of {bucket}/{prefix} could not be listed";
        var arguments = new ListObjectsArgs().WithBucket(BucketOf(bucket)).WithPrefix(prefix).WithRecursive(true);
        await using var items = connection.Client.ListObjectsEnumAsync(arguments, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync())
        {
            var item = items.Current;
            if (!item.IsDir)
                yield return new StoredObject(
                    item.Key,
                    (long)item.Size,
                    item.LastModifiedDateTime?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch,
                    item.ETag ?? ""
                );
        }

        async Task<bool> MoveNextAsync()
        {
            try
            {
                return await CallAsync(what, _ => items.MoveNextAsync().AsTask(), cancellationToken, bucket);
            }
            catch (NotFoundException)
            {
                return false;
            }
        }
    }

    public Task CopyAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken) =>
        CallAsync(
            $"Object {source} could not be copied to {target}",
            async token =>
            {
                await WithBucketAsync(
                    target.Bucket,
                    () =>
                        connection.Client.CopyObjectAsync(
                            new CopyObjectArgs()
                                .WithBucket(BucketOf(target))
                                .WithObject(target.Key)
                                .WithCopyObjectSource(new CopySourceObjectArgs().WithBucket(BucketOf(source)).WithObject(source.Key)),
                            token
                        ),
                    token
                );
                return true;
            },
            cancellationToken,
            source
        );

    public async Task MoveAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken)
    {
        await CopyAsync(source, target, cancellationToken);
        await DeleteAsync(source, cancellationToken);
    }

    public async Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(
                $"Object {address} could not be removed",
                async token =>
                {
                    await connection.Client.RemoveObjectAsync(
                        new RemoveObjectArgs().WithBucket(BucketOf(address)).WithObject(address.Key),
                        token
                    );
                    return true;
                },
                cancellationToken,
                address
            );
        }
        catch (NotFoundException)
        {
            // A bucket that does not exist contains nothing to delete.
        }
    }

    public Task<IReadOnlyDictionary<string, string>> ReadTagsAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        CallAsync(
            $"Tags of object {address} could not be read",
            async token =>
            {
                var tagging = await connection.Client.GetObjectTagsAsync(
                    new GetObjectTagsArgs().WithBucket(BucketOf(address)).WithObject(address.Key),
                    token
                );
                return (IReadOnlyDictionary<string, string>)
                    new Dictionary<string, string>(
                        tagging.Tags ?? Enumerable.Empty<KeyValuePair<string, string>>(),
                        StringComparer.Ordinal
                    );
            },
            cancellationToken,
            address
        );

    public Task WriteTagsAsync(ObjectAddress address, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken)
    {
        ObjectTags.Require(tags);
        return CallAsync(
            $"Tags of object {address} could not be written",
            async token =>
            {
                var (bucket, key) = (BucketOf(address), address.Key);
                if (tags.Count == 0)
                {
                    await connection.Client.RemoveObjectTagsAsync(new RemoveObjectTagsArgs().WithBucket(bucket).WithObject(key), token);
                }
                else
                {
                    var tagging = Tagging.GetObjectTags(new Dictionary<string, string>(tags, StringComparer.Ordinal));
                    try
                    {
                        await connection.Client.SetObjectTagsAsync(
                            new SetObjectTagsArgs().WithBucket(bucket).WithObject(key).WithTagging(tagging),
                            token
                        );
                    }
                    catch (S3Fault fault) when (fault.IsInvalidTag)
                    {
                        throw new TagsRefusedException("The S3 server rejected the tags as invalid.", fault);
                    }
                }

                return true;
            },
            cancellationToken,
            address
        );
    }

    public Task<IReadOnlyList<StoreCheck>> CheckAsync(CancellationToken cancellationToken) =>
        new S3Doctor(connection.Options, this).CheckAsync(cancellationToken);

    private string BucketOf(ObjectAddress address) => BucketOf(address.Bucket);

    private string BucketOf(string bucket) => connection.Options.BucketPrefix + bucket;

    [SuppressMessage(
        "Security",
        "CA5351",
        Justification = "S3 checks uploads by MD5; it guards against accidents on the way, not against people."
    )]
    private static byte[] ChecksumOf(ReadOnlyMemory<byte> content) => MD5.HashData(content.Span);

    [SuppressMessage("Security", "CA5351", Justification = "As above.")]
    private static ValueTask<byte[]> ChecksumOfAsync(Stream content, CancellationToken cancellationToken) =>
        MD5.HashDataAsync(content, cancellationToken);

    private Task<bool> PutAsync(
        ObjectAddress address,
        Func<HttpContent> content,
        byte[] md5,
        string mediaType,
        bool onlyIfAbsent,
        CancellationToken cancellationToken
    ) =>
        CallAsync(
            $"Object {address} could not be written",
            async token =>
            {
                var written = true;
                await WithBucketAsync(
                    address.Bucket,
                    async () =>
                    {
                        var link = await connection.Client.PresignedPutObjectAsync(
                            new PresignedPutObjectArgs().WithBucket(BucketOf(address)).WithObject(address.Key).WithExpiry(LinkSeconds)
                        );
                        using var request = new HttpRequestMessage(HttpMethod.Put, link) { Content = content() };
                        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
                        // The server compares the hash and refuses a body that was damaged on the way.
                        request.Content.Headers.ContentMD5 = md5;
                        request.Headers.ExpectContinue = request.Content.Headers.ContentLength > LongestUnasked;
                        if (onlyIfAbsent)
                            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
                        try
                        {
                            using var response = await connection.Http.SendAsync(request, token);
                            if (response.Headers.ETag is null)
                                throw new ForeignAnswerException("the answer does not name the version that was stored.");
                        }
                        catch (S3Fault fault)
                            when (onlyIfAbsent && fault.Status is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
                        {
                            written = false;
                        }
                    },
                    token
                );
                return written;
            },
            cancellationToken
        );

    /// <summary>Opens the rest of an object from a position on.</summary>
    private async Task<Stream> OpenPartAsync(
        ObjectAddress address,
        long start,
        long length,
        EntityTagHeaderValue version,
        CancellationToken cancellationToken
    )
    {
        var response = await GetAsync(address, new RangeHeaderValue(start, to: null), version, cancellationToken);
        if (response.Content.Headers.ContentRange is { } part && part.To == length - 1 && part.Length == length)
            return await response.Content.ReadAsStreamAsync(cancellationToken);
        response.Dispose();
        throw new ForeignAnswerException($"the answer does not continue the object at byte {start}.");
    }

    private async Task<HttpResponseMessage> GetAsync(
        ObjectAddress address,
        RangeHeaderValue? range,
        EntityTagHeaderValue? version,
        CancellationToken cancellationToken
    )
    {
        var link = await connection.Client.PresignedGetObjectAsync(
            new PresignedGetObjectArgs().WithBucket(BucketOf(address)).WithObject(address.Key).WithExpiry(LinkSeconds)
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, link);
        request.Headers.Range = range;
        if (version is not null)
            request.Headers.IfMatch.Add(version);
        return await connection.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Writes an object. If the bucket is missing, it is created first. Several nodes may do so at the same time.</summary>
    private async Task WithBucketAsync(string bucket, Func<Task> write, CancellationToken cancellationToken)
    {
        try
        {
            await write();
        }
        catch (S3Fault fault) when (fault.IsMissingBucket)
        {
            try
            {
                await connection.Client.MakeBucketAsync(
                    new MakeBucketArgs().WithBucket(BucketOf(bucket)).WithLocation(connection.Options.Region),
                    cancellationToken
                );
            }
            catch (S3Fault made) when (made.Code is "BucketAlreadyOwnedByYou" or "BucketAlreadyExists")
            {
                // Another request created the bucket first; Ceph may answer BucketAlreadyExists to the owner too. A bucket of another
                // owner refuses the write below.
            }

            await write();
        }
    }

    /// <summary>
    /// Makes a call within the deadline and translates its failure. After a refusal, the keys are read again and the call is repeated once.
    /// </summary>
    /// <param name="what">The failure in words, for the error message.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="read">The object or bucket that must exist for this call; null for a call for which nothing can be missing, such as a
    /// write.</param>
    /// <exception cref="NotFoundException">The S3 server says that there is no such object or bucket.</exception>
    private async Task<TResult> CallAsync<TResult>(
        string what,
        Func<CancellationToken, Task<TResult>> call,
        CancellationToken cancellationToken,
        object? read = null
    )
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(connection.Timeout);
        try
        {
            try
            {
                return await call(deadline.Token);
            }
            catch (S3Fault fault) when (fault.IsDenied && reload.TryReload())
            {
                return await call(deadline.Token);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException($"{what}: the S3 server did not answer within {connection.Timeout.TotalSeconds:0} s.", e);
        }
        catch (S3Fault e) when (e.IsMissing && read is not null)
        {
            throw new NotFoundException($"Object {read}");
        }
        catch (S3Fault e) when (e.Status == HttpStatusCode.RequestEntityTooLarge || e.Code == "EntityTooLarge")
        {
            throw new ObjectTooLargeException($"{what}: it is too large for the S3 server.", e);
        }
        catch (S3Fault e) when (e.IsDenied)
        {
            throw new StoreDeniedException($"{what}: {S3Doctor.Explain(e)}", e);
        }
        catch (Exception e) when (e is S3Fault or ForeignAnswerException or HttpRequestException or IOException or TimeoutException)
        {
            throw new StoreUnavailableException($"{what}: {e.Message}", e);
        }
    }

    /// <summary>A request body that reads the caller's stream. The stream stays open, because the request may be sent again.</summary>
    private sealed class BorrowedStreamContent(Stream content) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => content.CopyToAsync(stream);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            content.CopyToAsync(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = content.Length - content.Position;
            return true;
        }
    }
}
