using System.Security.Cryptography;

namespace GourmetGram.Application.Common;

/// <summary>Copies all objects of one store to another, with media types and tags, and reads back what it wrote. What is there already and equal is left out: a copy that broke off goes on.</summary>
/// <param name="source">Nobody writes to it meanwhile.</param>
/// <param name="target">Nobody writes to it meanwhile.</param>
public sealed class StoreCopy(IObjectStore source, IObjectStore target)
{
    /// <summary>What came of one object.</summary>
    public enum Outcome
    {
        /// <summary>It was written, and read back the same.</summary>
        Copied = 0,

        /// <summary>It was there already, with the same bytes, media type and tags.</summary>
        Equal,

        /// <summary>It is not there, or not the same.</summary>
        Failed,
    }

    /// <param name="Address">Which object.</param>
    /// <param name="Bytes">Its size.</param>
    /// <param name="Outcome">What came of it.</param>
    /// <param name="Fault">Why it failed; null when it did not.</param>
    public sealed record Item(ObjectAddress Address, long Bytes, Outcome Outcome, string? Fault);

    /// <summary>Copies the objects of some buckets, one after another. One that fails does not stop the others; when a store cannot be listed, the copy ends with its exception.</summary>
    public async IAsyncEnumerable<Item> RunAsync(
        IEnumerable<string> buckets,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(buckets);
        foreach (var bucket in buckets)
        {
            await foreach (var found in source.ListAsync(bucket, prefix: "", cancellationToken).WithCancellation(cancellationToken))
                yield return await CopyAsync(new ObjectAddress(bucket, found.Key), found.Size, cancellationToken);
        }
    }

    private async Task<Item> CopyAsync(ObjectAddress address, long size, CancellationToken cancellationToken)
    {
        try
        {
            var details = await source.FindAsync(address, cancellationToken) ?? throw new NotFoundException($"Object {address}");
            var tags = source.KeepsTags
                ? await source.ReadTagsAsync(address, cancellationToken)
                : new Dictionary<string, string>(StringComparer.Ordinal);
            await using var content = await source.OpenReadAsync(address, cancellationToken);
            var hash = await SHA256.HashDataAsync(content, cancellationToken);
            if (await IsThereAsync(address, details, hash, tags, cancellationToken))
                return new Item(address, size, Outcome.Equal, Fault: null);
            content.Position = 0;
            await target.PutAsync(address, content, details.MediaType, cancellationToken);
            if (tags.Count > 0 && target.KeepsTags)
                await target.WriteTagsAsync(address, tags, cancellationToken);
            return await IsThereAsync(address, details, hash, tags, cancellationToken)
                ? new Item(address, size, Outcome.Copied, Fault: null)
                : new Item(address, size, Outcome.Failed, "What was written is not what came back.");
        }
        catch (Exception e) when (e is StoreUnavailableException or NotFoundException or ObjectTooLargeException)
        {
            return new Item(address, size, Outcome.Failed, e.Message);
        }
    }

    private async Task<bool> IsThereAsync(
        ObjectAddress address,
        ObjectDetails details,
        byte[] hash,
        IReadOnlyDictionary<string, string> tags,
        CancellationToken cancellationToken
    )
    {
        if (
            await target.FindAsync(address, cancellationToken) is not { } found
            || found.Size != details.Size
            || found.MediaType != details.MediaType
        )
            return false;
        await using var content = await target.OpenReadAsync(address, cancellationToken);
        var read = await SHA256.HashDataAsync(content, cancellationToken);
        if (!hash.AsSpan().SequenceEqual(read))
            return false;
        if (!target.KeepsTags)
            return true;
        var there = await target.ReadTagsAsync(address, cancellationToken);
        return there.Count == tags.Count && tags.All(tag => there.TryGetValue(tag.Key, out var value) && value == tag.Value);
    }
}
