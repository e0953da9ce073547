using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.Infrastructure.ObjectStorage.FileSystem;

/// <summary>
/// Stores objects as files: <c>{root}/{bucket}/{key}</c>. An object is written to a temporary file in <c>.incoming</c> and then renamed, so
/// a reader sees the whole object or none. Details that the file cannot hold are in a <see cref="SideFile"/>.
/// </summary>
internal sealed class FileSystemObjectStore : IObjectStore
{
    private const string IncomingName = ".incoming";

    /// <summary>Linux error number for "file too large".</summary>
    private const int TooLarge = 27;

    /// <summary>
    /// Bytes that photos leave free, so that people can still flag, correct and delete on a full disk: the database writes before it frees
    /// anything.
    /// </summary>
    private const long Reserve = 16 << 20;

    private readonly string root;
    private readonly string incoming;
    private readonly bool flush;
    private readonly ConcurrentDictionary<string, bool> flushedFolders = new(StringComparer.Ordinal);

    /// <param name="data">The data directory that contains the folder.</param>
    /// <param name="folder">Name of the folder. No other code may write there.</param>
    /// <param name="durability">Whether written objects survive a power cut.</param>
    /// <exception cref="DataDirectoryException">The folders cannot be created.</exception>
    public FileSystemObjectStore(DataDirectory data, string folder, Durability durability)
    {
        ArgumentNullException.ThrowIfNull(data);
        root = Path.Combine(data.FullPath, folder);
        incoming = Path.Combine(root, IncomingName);
        flush = durability == Durability.Power;
        try
        {
            Directory.CreateDirectory(incoming);
            // Only this process uses the data directory, so any file here was left by a process that was killed.
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
            throw new DataDirectoryException($"The folder {root} cannot be written: {e.Message}", e);
        }

        flushedFolders.TryAdd(root, true);
    }

    public bool IsExclusive => true;

    public Task PutAsync(ObjectAddress address, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken) =>
        PutAsync(address, content, mediaType, onlyIfAbsent: false, cancellationToken);

    public Task<bool> TryPutAsync(
        ObjectAddress address,
        ReadOnlyMemory<byte> content,
        string mediaType,
        CancellationToken cancellationToken
    ) => PutAsync(address, content, mediaType, onlyIfAbsent: true, cancellationToken);

    public Task PutAsync(ObjectAddress address, Stream content, string mediaType, CancellationToken cancellationToken) =>
        GuardAsync($"Object {address} could not be written to", async () =>
        {
            var path = PathOf(address);
            await WriteSideAsync(address, new SideFile.Content(mediaType), cancellationToken);
            return await WriteAsync(path, content, cancellationToken);
        });

    public Task<Stream> OpenReadAsync(ObjectAddress address, CancellationToken cancellationToken)
    {
        var path = PathOf(address);
        return GuardAsync($"Object {address} could not be read from", () => Task.FromResult<Stream>(Open(address, path)));
    }

    public Task<ObjectDetails?> FindAsync(ObjectAddress address, CancellationToken cancellationToken)
    {
        var path = PathOf(address);
        return GuardAsync($"Object {address} could not be looked up in", async () =>
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                return null;
            var side = await ReadSideAsync(address, cancellationToken);
            var version = VersionOf(file.Length, file.LastWriteTimeUtc);
            return new ObjectDetails(
                file.Length,
                side.MediaType ?? SideFile.MediaTypeOf(address.Key),
                version,
                new DateTimeOffset(file.LastWriteTimeUtc)
            );
        });
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(
        string bucket,
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var top = Path.Combine(root, CheckedBucket(bucket));
        // Only walk the folder that the prefix names.
        var slash = prefix.LastIndexOf('/');
        var folder = slash < 0 ? top : Path.Combine(top, CheckedKey(prefix[..slash]));
        if (!Directory.Exists(folder))
            yield break;
        using var objects = Enumerate(top, folder).GetEnumerator();
        while (await GuardAsync($"Objects of {bucket}/{prefix} could not be listed in", () => Task.FromResult(objects.MoveNext())))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (objects.Current.Key.StartsWith(prefix, StringComparison.Ordinal))
                yield return objects.Current;
        }
    }

    public Task CopyAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken)
    {
        var (sourcePath, targetPath) = (PathOf(source), PathOf(target));
        return GuardAsync($"Object {source} could not be copied to {target} in", async () =>
        {
            await using var content = Open(source, sourcePath);
            await WriteSideAsync(target, await WithMediaTypeAsync(source, cancellationToken), cancellationToken);
            return await WriteAsync(targetPath, content, cancellationToken);
        });
    }

    public async Task MoveAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken)
    {
        await CopyAsync(source, target, cancellationToken);
        await DeleteAsync(source, cancellationToken);
    }

    public Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken)
    {
        var (path, side) = (PathOf(address), SideFile.PathOf(root, address));
        return GuardAsync($"Object {address} could not be removed from", () => Task.FromResult(Remove(path) | Remove(side)));
    }

    public Task<IReadOnlyDictionary<string, string>> ReadTagsAsync(ObjectAddress address, CancellationToken cancellationToken)
    {
        var path = PathOf(address);
        return GuardAsync($"Tags of object {address} could not be read from", async () =>
        {
            if (!File.Exists(path))
                throw new NotFoundException($"Object {address}");
            return (await ReadSideAsync(address, cancellationToken)).Tags;
        });
    }

    public Task WriteTagsAsync(ObjectAddress address, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken)
    {
        ObjectTags.Require(tags);
        var path = PathOf(address);
        return GuardAsync($"Tags of object {address} could not be written to", async () =>
        {
            if (!File.Exists(path))
                throw new NotFoundException($"Object {address}");
            var side = await ReadSideAsync(address, cancellationToken);
            await WriteSideAsync(
                address,
                side with
                {
                    Tags = new Dictionary<string, string>(tags, StringComparer.Ordinal),
                },
                cancellationToken
            );
            return true;
        });
    }

    public Task<IReadOnlyList<StoreCheck>> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            Disk.RequireRoom(root, Reserve);
            Disk.Probe(incoming);
            return Task.FromResult<IReadOnlyList<StoreCheck>>([new StoreCheck("write", Fault: null)]);
        }
        catch (Exception e) when (IsStoreFault(e))
        {
            return Task.FromResult<IReadOnlyList<StoreCheck>>([
                new StoreCheck("write", $"The object store {root} cannot be written: {e.Message}"),
            ]);
        }
    }

    private Task<bool> PutAsync(
        ObjectAddress address,
        ReadOnlyMemory<byte> content,
        string mediaType,
        bool onlyIfAbsent,
        CancellationToken cancellationToken
    )
    {
        var path = PathOf(address);
        return GuardAsync($"Object {address} could not be written to", async () =>
        {
            if (onlyIfAbsent && File.Exists(path))
                return false;
            await WriteSideAsync(address, new SideFile.Content(mediaType), cancellationToken);
            return await WriteAsync(path, content, onlyIfAbsent, cancellationToken);
        });
    }

    private Task<bool> WriteAsync(string path, ReadOnlyMemory<byte> content, bool onlyIfAbsent, CancellationToken cancellationToken) =>
        WriteAsync(path, content.Length, onlyIfAbsent, async file =>
        {
            await RandomAccess.WriteAsync(file, content, fileOffset: 0, cancellationToken);
            if (flush)
                RandomAccess.FlushToDisk(file);
        });

    private Task<bool> WriteAsync(string path, Stream content, CancellationToken cancellationToken) =>
        WriteAsync(path, content.Length - content.Position, onlyIfAbsent: false, async file =>
        {
            await using var stream = new FileStream(file, FileAccess.Write, bufferSize: 0);
            await content.CopyToAsync(stream, cancellationToken);
            if (flush)
                stream.Flush(flushToDisk: true);
        });

    /// <returns>False when the file exists already and must not be replaced.</returns>
    private async Task<bool> WriteAsync(
        string path,
        long length,
        bool onlyIfAbsent,
        Func<Microsoft.Win32.SafeHandles.SafeFileHandle, Task> fill
    )
    {
        var temporary = Path.Combine(incoming, Path.GetRandomFileName());
        try
        {
            Disk.RequireRoom(root, length + Reserve);
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
                await fill(file);
            var folder = Path.GetDirectoryName(path)!;
            CreateFolder(folder);
            var isTaken = onlyIfAbsent && !Disk.TryMove(temporary, path);
            if (isTaken)
                File.Delete(temporary);
            else if (!onlyIfAbsent)
                File.Move(temporary, path, overwrite: true);
            if (flush)
                Disk.FlushFolder(folder);
            return !isTaken;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static FileStream Open(ObjectAddress address, string path)
    {
        try
        {
            const FileOptions Options = FileOptions.Asynchronous | FileOptions.SequentialScan;
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 4096, Options);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || Directory.Exists(path))
        {
            throw new NotFoundException($"Object {address}");
        }
    }

    private bool Remove(string path)
    {
        if (!File.Exists(path))
            return false;
        File.Delete(path);
        if (flush)
            Disk.FlushFolder(Path.GetDirectoryName(path)!);
        return true;
    }

    private static string VersionOf(long length, DateTime writtenAt) =>
        string.Create(CultureInfo.InvariantCulture, $"{length:x}-{writtenAt.Ticks:x}");

    private static FileSystemEnumerable<StoredObject> Enumerate(string top, string folder) =>
        new(
            folder,
            (ref FileSystemEntry entry) =>
                new StoredObject(
                    Path.GetRelativePath(top, entry.ToFullPath()),
                    entry.Length,
                    entry.LastWriteTimeUtc,
                    VersionOf(entry.Length, entry.LastWriteTimeUtc.UtcDateTime)
                ),
            new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip = FileAttributes.None,
                IgnoreInaccessible = false,
            }
        )
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
        };

    // ---- side files ----

    private async Task<SideFile.Content> ReadSideAsync(ObjectAddress address, CancellationToken cancellationToken)
    {
        var path = SideFile.PathOf(root, address);
        // Most objects have none, and an exception for each would take longer than this look.
        if (!File.Exists(path))
            return SideFile.Content.None;
        try
        {
            return SideFile.Read(await File.ReadAllBytesAsync(path, cancellationToken));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return SideFile.Content.None;
        }
    }

    /// <summary>
    /// Returns the side file with its media type filled in, because a copy may have another extension, which implies another media type.
    /// </summary>
    private async Task<SideFile.Content> WithMediaTypeAsync(ObjectAddress address, CancellationToken cancellationToken)
    {
        var side = await ReadSideAsync(address, cancellationToken);
        return side with { MediaType = side.MediaType ?? SideFile.MediaTypeOf(address.Key) };
    }

    private async Task WriteSideAsync(ObjectAddress address, SideFile.Content side, CancellationToken cancellationToken)
    {
        var path = SideFile.PathOf(root, address);
        if (side.FollowsFrom(address.Key))
            Remove(path);
        else
            await WriteAsync(path, SideFile.Write(side), onlyIfAbsent: false, cancellationToken);
    }

    // ---- folders, names, errors ----

    /// <summary>
    /// Creates a folder under the root and flushes the folder above each level. An existing level is flushed once too, because another
    /// request or a killed process may have created it without flushing.
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

    /// <summary>Returns the file of an address. Rejects names that could leave the root or collide with the store's own folders.</summary>
    private string PathOf(ObjectAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Path.Combine(root, CheckedBucket(address.Bucket), CheckedKey(address.Key));
    }

    private static string CheckedBucket(string bucket) =>
        IsName(bucket) && !bucket.Contains('/') && !bucket.StartsWith('.')
            ? bucket
            : throw new ArgumentException(
                $"'{bucket}' is not a valid bucket name. It must not contain '/', '\\' or NUL, or start with '.'.",
                nameof(bucket)
            );

    private static string CheckedKey(string key) =>
        key.Split('/').All(IsName)
            ? key
            : throw new ArgumentException(
                $"'{key}' is not a valid key. Use parts separated by '/'. No part may be empty, be '.' or '..', or contain '\\' or NUL.",
                nameof(key)
            );

    private static bool IsName(string part) => part is not ("" or "." or "..") && part.AsSpan().IndexOfAny('\\', '\0') < 0;

    private async Task<TResult> GuardAsync<TResult>(string what, Func<Task<TResult>> work)
    {
        try
        {
            var result = await work();
            // If the whole store is missing, "no such object" would be wrong.
            return result is not null || Directory.Exists(root) ? result : throw new DirectoryNotFoundException("the folder is missing");
        }
        catch (NotFoundException) when (!Directory.Exists(root))
        {
            throw new StoreUnavailableException($"{what} {root}: the folder is missing.");
        }
        catch (IOException e) when (e.HResult == TooLarge)
        {
            throw new ObjectTooLargeException($"{what} {root}: {e.Message}", e);
        }
        catch (Exception e) when (IsStoreFault(e))
        {
            throw Disk.IsFull(e)
                ? new StorageFullException(
                    "The disk for photos is full. This photo was not stored. Delete photos, or ask the operator to free space.",
                    e
                )
                : new StoreUnavailableException($"{what} {root}: {e.Message}", e);
        }
    }

    private static bool IsStoreFault(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
