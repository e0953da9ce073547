using System.Security.Cryptography;

namespace GourmetGram.Application.Common;

/// <summary>
/// Copies all objects of one store to another with their media types and tags, and verifies each copy by reading it back. Objects that are
/// equal in both stores are skipped, so an interrupted copy can be resumed.
/// </summary>
/// <param name="source">Store to read. No program may write to it during the copy.</param>
/// <param name="target">Store to write. No other program may write to it during the copy.</param>
public sealed class StoreCopy(IObjectStore source, IObjectStore target)
{
    /// <summary>The result for one object.</summary>
    public enum Outcome
    {
        /// <summary>The object was written, and reading it back gave the same content.</summary>
        Copied = 0,

        /// <summary>The target already had the object, with the same bytes, media type and tags.</summary>
        Equal,

        /// <summary>The target does not have the object, or has a different one.</summary>
        Failed,
    }

    /// <param name="Address">The object.</param>
    /// <param name="Bytes">Size of the object in bytes.</param>
    /// <param name="Outcome">The result.</param>
    /// <param name="Fault">Why the copy failed; null when it did not.</param>
    public sealed record Item(ObjectAddress Address, long Bytes, Outcome Outcome, string? Fault);

    /// <summary>
    /// Copies the objects of the given buckets one after another. A failed object does not stop the copy, but an exception from listing a
    /// store ends it.
    /// </summary>
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
            var tags = source.KeepsTags ? TagsOf(await source.ReadTagsAsync(address, cancellationToken)) : TagsOf([]);
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
                : new Item(address, size, Outcome.Failed, "The copy differs from the original.");
        }
        catch (Exception e) when (e is StoreUnavailableException or NotFoundException or ObjectTooLargeException or TagsRefusedException)
        {
            return new Item(address, size, Outcome.Failed, e.Message);
        }
    }

    /// <summary>
    /// Converts tags to a form that every store accepts: earlier versions and other programs wrote letters outside ASCII.
    /// </summary>
    private static Dictionary<string, string> TagsOf(IEnumerable<KeyValuePair<string, string>> tags) =>
        tags.ToDictionary(tag => tag.Key, tag => ObjectTags.ValueOf(tag.Value), StringComparer.Ordinal);

    private async Task<bool> IsThereAsync(
        ObjectAddress address,
        ObjectDetails details,
        byte[] hash,
        Dictionary<string, string> tags,
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
