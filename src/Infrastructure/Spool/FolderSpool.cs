using System.Collections.Concurrent;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.ObjectStorage.FileSystem;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Spool;

/// <summary>
/// Stores waiting photos in the folder <c>spool/photos</c> of the data directory. Unusable photos are moved to <c>spool/set-aside</c>, each
/// with a file <c>{name}.reason.txt</c>.
/// </summary>
internal sealed class FolderSpool : IPhotoSpool
{
    private const string FolderName = "spool";
    private const string Photos = "photos";
    private const string SetAside = "set-aside";
    private const string ReasonSuffix = ".reason.txt";

    private readonly FileSystemObjectStore files;
    private readonly LimitsOptions limits;
    private readonly TimeProvider time;

    // The photos left by an earlier process and those added since. No other process writes to the folder.
    private readonly ConcurrentDictionary<string, SpooledPhoto> waiting;
    private long bytes;

    public FolderSpool(DataDirectory data, IOptions<GourmetGramOptions> options, IOptions<LimitsOptions> limits, TimeProvider time)
    {
        files = new FileSystemObjectStore(data, FolderName, options.Value.Durability);
        var left = Directory
            .CreateDirectory(Path.Combine(data.FullPath, FolderName, Photos))
            .EnumerateFiles()
            .Select(file => new SpooledPhoto(file.Name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc)));
        waiting = new(left.Select(photo => KeyValuePair.Create(photo.Name, photo)), StringComparer.Ordinal);
        bytes = waiting.Values.Sum(photo => photo.Bytes);
        this.limits = limits.Value;
        this.time = time;
    }

    public async Task AddAsync(Prediction prediction, byte[] photo, CancellationToken cancellationToken)
    {
        if (Interlocked.Add(ref bytes, photo.Length) > limits.SpoolBytes)
        {
            Interlocked.Add(ref bytes, -photo.Length);
            throw SpoolFull.Exception(limits);
        }

        var name = PhotoName.Of(prediction);
        try
        {
            await files.PutAsync(new ObjectAddress(Photos, name), photo, prediction.Photo.MediaType, cancellationToken);
        }
        catch
        {
            Interlocked.Add(ref bytes, -photo.Length);
            throw;
        }

        waiting[name] = new SpooledPhoto(name, photo.Length, time.GetUtcNow());
    }

    public async Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await files.OpenReadAsync(new ObjectAddress(Photos, name), cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        await files.DeleteAsync(new ObjectAddress(Photos, name), cancellationToken);
        Forget(name);
    }

    public async Task SetAsideAsync(string name, string reason, CancellationToken cancellationToken)
    {
        await files.PutAsync(
            new ObjectAddress(SetAside, name + ReasonSuffix),
            System.Text.Encoding.UTF8.GetBytes(reason + "\n"),
            "text/plain",
            cancellationToken
        );
        await files.MoveAsync(new ObjectAddress(Photos, name), new ObjectAddress(SetAside, name), cancellationToken);
        Forget(name);
    }

    public IAsyncEnumerable<SpooledPhoto> ListAsync(CancellationToken cancellationToken) =>
        files.ListAsync(Photos, prefix: "", cancellationToken).Select(found => new SpooledPhoto(found.Key, found.Size, found.WrittenAt));

    public async Task<SpoolState> MeasureAsync(CancellationToken cancellationToken)
    {
        var setAside = await files
            .ListAsync(SetAside, prefix: "", cancellationToken)
            .CountAsync(found => !found.Key.EndsWith(ReasonSuffix, StringComparison.Ordinal), cancellationToken);
        return new SpoolState(
            waiting.Count,
            Interlocked.Read(ref bytes),
            waiting.IsEmpty ? null : waiting.Values.Min(photo => photo.AddedAt),
            setAside
        );
    }

    private void Forget(string name)
    {
        if (waiting.TryRemove(name, out var removed))
            Interlocked.Add(ref bytes, -removed.Bytes);
    }
}
