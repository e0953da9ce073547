using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.ObjectStorage.FileSystem;

/// <summary>
/// Keeps objects as files: <c>{data}/objects/{bucket}/{key}</c>. An object is written to a file of its own in <c>.incoming</c> and then renamed,
/// so a reader sees it whole or not at all. The media type is not kept: whoever asks for an object knows it from the database.
/// </summary>
internal sealed class FileSystemObjectStore : IObjectStore
{
    private const string IncomingName = ".incoming";

    /// <summary>Bytes that photos leave free, so that with a full disk people can still flag, correct and erase: the database writes before it frees anything.</summary>
    private const long Reserve = 16 << 20;

    private readonly string root;
    private readonly string incoming;
    private readonly bool flush;
    private readonly ConcurrentDictionary<string, bool> flushedFolders = new(StringComparer.Ordinal);

    /// <exception cref="DataDirectoryException">The folders cannot be created.</exception>
    public FileSystemObjectStore(DataDirectory data, IOptions<GourmetGramOptions> options)
    {
        root = Path.Combine(data.FullPath, "objects");
        incoming = Path.Combine(root, IncomingName);
        flush = options.Value.Durability == Durability.Power;
        try
        {
            Directory.CreateDirectory(incoming);
            // This process alone has the data directory, so what is here was left by one that was killed.
            foreach (var leftover in Directory.EnumerateFiles(incoming))
                File.Delete(leftover);
            if (flush)
            {
                Disk.FlushFolder(root);
                Disk.FlushFolder(data.FullPath);
            }
        }
        catch (Exception e) when (IsStoreFault(e))
        {
            throw new DataDirectoryException($"The object store {root} cannot be written: {e.Message}", e);
        }

        flushedFolders.TryAdd(root, true);
    }

    public bool IsExclusive => true;

    public async Task PutAsync(ObjectAddress address, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken)
    {
        var path = PathOf(address);
        var temporary = Path.Combine(incoming, Path.GetRandomFileName());
        try
        {
            try
            {
                Disk.RequireRoom(root, content.Length + Reserve);
                using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
                {
                    await RandomAccess.WriteAsync(file, content, fileOffset: 0, cancellationToken);
                    if (flush)
                        RandomAccess.FlushToDisk(file);
                }

                var folder = Path.GetDirectoryName(path)!;
                CreateFolder(folder);
                File.Move(temporary, path, overwrite: true);
                if (flush)
                    Disk.FlushFolder(folder);
            }
            catch
            {
                File.Delete(temporary);
                throw;
            }
        }
        catch (Exception e) when (IsStoreFault(e))
        {
            throw Disk.IsFull(e)
                ? new StorageFullException("There is no room left for photos. This one was not stored. Erase photos, or tell the operator to make room.", e)
                : new StoreUnavailableException($"Object {address} could not be written to {root}: {e.Message}", e);
        }
    }

    public Task<Stream> OpenReadAsync(ObjectAddress address, CancellationToken cancellationToken)
    {
        var path = PathOf(address);
        try
        {
            const FileOptions Options = FileOptions.Asynchronous | FileOptions.SequentialScan;
            const FileShare Share = FileShare.Read | FileShare.Delete;
            return Task.FromResult<Stream>(new FileStream(path, FileMode.Open, FileAccess.Read, Share, bufferSize: 4096, Options));
        }
        catch (Exception e) when ((e is FileNotFoundException or DirectoryNotFoundException && Directory.Exists(root)) || Directory.Exists(path))
        {
            throw new NotFoundException($"Object {address}");
        }
        catch (Exception e) when (IsStoreFault(e))
        {
            throw new StoreUnavailableException($"Object {address} could not be read from {root}: {e.Message}", e);
        }
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(string bucket, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var folder = PathOf(new ObjectAddress(bucket, $"{prefix}-"))[..^1];
        var top = Path.Combine(root, bucket);
        var start = Path.GetDirectoryName(folder)!;
        if (!Directory.Exists(start))
            yield break;
        var files = new FileSystemEnumerable<StoredObject>(
            start,
            (ref entry) => new StoredObject(Path.GetRelativePath(top, entry.ToFullPath()), entry.Length, entry.LastWriteTimeUtc),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && entry.ToFullPath().StartsWith(folder, StringComparison.Ordinal),
        };
        using var found = files.GetEnumerator();
        while (MoveNext(found, bucket))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return found.Current;
        }
    }

    public Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken)
    {
        var path = PathOf(address);
        try
        {
            if (File.Exists(path))
            {
                File.Delete(path);
                if (flush)
                    Disk.FlushFolder(Path.GetDirectoryName(path)!);
            }

            return Task.CompletedTask;
        }
        catch (Exception e) when (IsStoreFault(e))
        {
            throw new StoreUnavailableException($"Object {address} could not be removed from {root}: {e.Message}", e);
        }
    }

    public Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            Disk.RequireRoom(root, Reserve);
            Disk.Probe(incoming);
            return Task.FromResult<string?>(null);
        }
        catch (Exception e) when (IsStoreFault(e))
        {
            return Task.FromResult<string?>($"The object store {root} cannot be written: {e.Message}");
        }
    }

    private bool MoveNext(IEnumerator<StoredObject> found, string bucket)
    {
        try
        {
            return found.MoveNext();
        }
        catch (Exception e) when (IsStoreFault(e))
        {
            throw new StoreUnavailableException($"Bucket {bucket} could not be listed in {root}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Creates a folder under the root and flushes the folder above each level. A level that exists is flushed once too: another request,
    /// or a process that was killed, may have created it and not come to the flush.
    /// </summary>
    private void CreateFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!flush)
            return;
        for (var level = folder; !flushedFolders.ContainsKey(level); level = Path.GetDirectoryName(level)!)
        {
            Disk.FlushFolder(Path.GetDirectoryName(level)!);
            flushedFolders.TryAdd(level, true);
        }
    }

    /// <summary>The file of an address. What is refused here could leave the root or collide with the store's own folder.</summary>
    private string PathOf(ObjectAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!IsName(address.Bucket) || address.Bucket.Contains('/') || address.Bucket.StartsWith('.'))
        {
            throw new ArgumentException(
                $"'{address.Bucket}' is not a bucket: one name without '/', '\\' or NUL is expected, not starting with '.'.", nameof(address));
        }

        if (!address.Key.Split('/').All(IsName))
        {
            throw new ArgumentException(
                $"'{address.Key}' is not a key: parts separated by '/' are expected, none of them empty, '.' or '..', none with '\\' or NUL.",
                nameof(address));
        }

        return Path.Combine(root, address.Bucket, address.Key);
    }

    private static bool IsName(string part) => part is not ("" or "." or "..") && part.AsSpan().IndexOfAny('\\', '\0') < 0;

    private static bool IsStoreFault(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
