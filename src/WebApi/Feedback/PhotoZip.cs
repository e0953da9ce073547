using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using MediatR;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Feedback;

/// <summary>Writes a caller's photos, and what is kept of them, as a zip: photos are copied piece by piece, and one page of rows is in memory at a time.</summary>
internal sealed class PhotoZip(IPhotoExport export, IMediator mediator, IOptions<JsonOptions> json)
{
    /// <summary>Begins an archive.</summary>
    /// <returns>What writes it.</returns>
    /// <exception cref="IdentityNeededException">The caller is anonymous.</exception>
    public Func<Stream, Task> For(Caller caller, CancellationToken cancellationToken)
    {
        var photos = export.OfAsync(caller, cancellationToken);
        return target => WriteAsync(target, photos, caller, cancellationToken);
    }

    private async Task WriteAsync(Stream target, IAsyncEnumerable<ExportedPhoto> photos, Caller caller, CancellationToken cancellationToken)
    {
        await using var zip = await ZipArchive.CreateAsync(
            target,
            ZipArchiveMode.Create,
            leaveOpen: true,
            entryNameEncoding: null,
            cancellationToken
        );
        Guid? newest = null;
        await foreach (var photo in photos.WithCancellation(cancellationToken))
        {
            newest ??= photo.Prediction.Id;
            if (await OpenAsync(photo, caller, cancellationToken) is not { } content)
                continue;
            await using (content)
            {
                // Photos are compressed already.
                var entry = zip.CreateEntry(photo.File, CompressionLevel.NoCompression);
                entry.LastWriteTime = photo.Prediction.CreatedAt;
                await using var file = await entry.OpenAsync(cancellationToken);
                await content.CopyToAsync(file, cancellationToken);
            }
        }

        // The rows are read once more, rather than kept in memory until the photos are written.
        await using var list = await zip.CreateEntry("photos.json", CompressionLevel.Optimal).OpenAsync(cancellationToken);
        await JsonSerializer.SerializeAsync(
            list,
            NotNewerThan(newest, export.OfAsync(caller, cancellationToken), cancellationToken),
            json.Value.SerializerOptions,
            cancellationToken
        );
    }

    /// <summary>The photo's bytes; null when it was erased since its row was read.</summary>
    private async Task<Stream?> OpenAsync(ExportedPhoto photo, Caller caller, CancellationToken cancellationToken)
    {
        try
        {
            return (await mediator.Send(new GetPredictionImage.Query(photo.Prediction.Id, caller), cancellationToken)).Content;
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <summary>Leaves out photos that came while the archive was written: their files are not in it.</summary>
    private static async IAsyncEnumerable<ExportedPhoto> NotNewerThan(
        Guid? newest,
        IAsyncEnumerable<ExportedPhoto> photos,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var photo in photos.WithCancellation(cancellationToken))
        {
            if (newest is { } last && photo.Prediction.Id.CompareTo(last) <= 0)
                yield return photo;
        }
    }
}
