using System.Net.Sockets;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.ObjectStorage.S3;

/// <summary>Tests an S3 server, and explains each fault and its remedy.</summary>
internal sealed class S3Doctor(ObjectStoreOptions options, S3ObjectStore store)
{
    private const string Tags = "tags";

    /// <summary>Explains why an S3 server refused a request, and the remedy.</summary>
    public static string Explain(S3Fault fault) =>
        fault.Code switch
        {
            "InvalidAccessKeyId" => "the S3 server does not know the access key. Set ObjectStore:AccessKey to an existing key.",
            "SignatureDoesNotMatch" =>
                "the secret key is wrong. Correct ObjectStore:SecretKey, and check that ObjectStore:Region is the server's region.",
            "InvalidToken" or "ExpiredToken" =>
                "the temporary key has expired. Set ObjectStore:AccessKey, SecretKey and SessionToken to a new key.",
            "RequestTimeTooSkewed" =>
                "the clocks of this machine and the S3 server differ by more than 15 minutes. Synchronise both with a time server.",
            "BucketAlreadyExists" =>
                "the bucket belongs to another owner. Set ObjectStore:BucketPrefix to an unused prefix, or get access to the bucket.",
            "AuthorizationHeaderMalformed" => "the S3 server is in another region. Set ObjectStore:Region to its region.",
            "QuotaExceeded" => "the quota of the key is used up. Raise it or delete objects.",
            _ when fault.IsDenied =>
                "the S3 server denies access. Give the key permission to list, read, write, tag and delete in the buckets, and check "
                    + "that they belong to its owner.",
            _ => $"{fault.Message}.",
        };

    public async Task<IReadOnlyList<StoreCheck>> CheckAsync(CancellationToken cancellationToken)
    {
        var probe = new ObjectAddress(Classify.Bucket, $"{Buckets.OwnPrefix}probe-{Path.GetRandomFileName()}");
        // As many tags, with the same names and kinds of values, as a photo can have.
        var tags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["predicted_class"] = ObjectTags.ValueOf("Pies/Tarts"),
            ["confidence"] = "0.512",
            ["timestamp"] = TimeProvider.System.GetUtcNow().ToUtcText(),
            ["flagged"] = "true",
            ["corrected_class"] = ObjectTags.ValueOf("Crêpes & Éclairs"),
        };
        byte[] content = [1, 2, 3];
        (string Ability, Func<Task<bool>> Try)[] tries =
        [
            ("write", WriteAsync),
            ("read", ReadAsync),
            ("list", ListAsync),
            (Tags, TagAsync),
            ("delete", DeleteAsync),
        ];
        var checks = new List<StoreCheck>();
        foreach (var (ability, attempt) in tries.Where(check => options.Tags || check.Item1 != Tags))
        {
            var fault = await FaultOfAsync(ability, attempt);
            checks.Add(new StoreCheck(ability, fault));
            if (fault is not null)
                break;
        }

        return checks;

        async Task<bool> WriteAsync()
        {
            await store.PutAsync(probe, content, "application/octet-stream", cancellationToken);
            return true;
        }

        async Task<bool> ReadAsync()
        {
            var read = new byte[content.Length];
            await using var stream = await store.OpenReadAsync(probe, cancellationToken);
            await stream.ReadExactlyAsync(read, cancellationToken);
            return read.AsSpan().SequenceEqual(content);
        }

        async Task<bool> ListAsync() => await store.ListAsync(Classify.Bucket, probe.Key, cancellationToken).AnyAsync(cancellationToken);

        async Task<bool> TagAsync()
        {
            await store.WriteTagsAsync(probe, tags, cancellationToken);
            var read = await store.ReadTagsAsync(probe, cancellationToken);
            return read.Count == tags.Count && tags.All(tag => read.GetValueOrDefault(tag.Key) == tag.Value);
        }

        async Task<bool> DeleteAsync()
        {
            await store.DeleteAsync(probe, cancellationToken);
            return await store.FindAsync(probe, cancellationToken) is null;
        }
    }

    private async Task<string?> FaultOfAsync(string ability, Func<Task<bool>> attempt)
    {
        var server = $"S3 server {options.Endpoint}, {ability}";
        try
        {
            return await attempt()
                ? null
                : $"{server}: the result differs from what was written. Use a server that fully supports "
                    + $"S3's {ability}{(ability == Tags ? ", or set ObjectStore:Tags to false" : "")}.";
        }
        catch (NotFoundException)
        {
            return $"{server}: the object written just now does not exist. Use a server that fully supports S3's {ability}.";
        }
        catch (TagsRefusedException e)
        {
            return $"{server}: the server rejects the tags of photos ({e.Message}). Use a server that accepts them, or set "
                + "ObjectStore:Tags to false.";
        }
        catch (StoreUnavailableException e) when (e.InnerException is S3Fault fault)
        {
            return $"{server}: {Explain(fault)}";
        }
        catch (StoreUnavailableException e) when (e.InnerException is HttpRequestException { InnerException: SocketException socket })
        {
            return $"{server}: the server cannot be reached ({socket.Message}). Start it, or correct ObjectStore:Endpoint.";
        }
        catch (StoreUnavailableException e)
        {
            return $"{server}: {e.Message}";
        }
    }
}
