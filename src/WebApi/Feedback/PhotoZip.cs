using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.WebApi.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Feedback;

/// <summary>
/// Writes a caller's photos, and the data stored about them, as a zip. Only one photo and one page of rows are in memory at a time.
/// </summary>
internal sealed class PhotoZip(IPhotoExport export, IOptions<JsonOptions> json)
{
    /// <summary>Prepares the archive of a caller.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <param name="more">Adds further files at the end; null for none.</param>
    /// <returns>A function that writes the archive to a stream.</returns>
    /// <exception cref="IdentityNeededException">The caller is anonymous.</exception>
    public Func<Stream, Task> For(Caller caller, CancellationToken cancellationToken, Func<StreamedZip, Task>? more = null)
    {
        var photos = export.OfAsync(caller, cancellationToken);
        return target => WriteAsync(target, photos, caller, more, cancellationToken);
    }

    private async Task WriteAsync(
        Stream target,
        IAsyncEnumerable<ExportedPhoto> photos,
        Caller caller,
        Func<StreamedZip, Task>? more,
        CancellationToken cancellationToken
    )
    {
        await using var zip = await StreamedZip.CreateAsync(target, cancellationToken);
        Guid? newest = null;
        await foreach (var photo in photos.WithCancellation(cancellationToken))
        {
            newest ??= photo.Prediction.Id;
            if (await export.OpenAsync(photo, cancellationToken) is not { } content)
                continue;
            await using (content)
            {
                // Photos are compressed already.
                await zip.AddAsync(
                    photo.File,
                    CompressionLevel.NoCompression,
                    photo.Prediction.CreatedAt,
                    file => content.CopyToAsync(file, cancellationToken),
                    cancellationToken
                );
            }
        }

        // The rows are read a second time, so that they need not stay in memory while the photos are written.
        var rows = NotNewerThan(newest, export.OfAsync(caller, cancellationToken), cancellationToken);
        await zip.AddAsync(
            "photos.json",
            CompressionLevel.Optimal,
            writtenAt: null,
            list => JsonSerializer.SerializeAsync(list, rows, json.Value.SerializerOptions, cancellationToken),
            cancellationToken
        );
        if (more is not null)
            await more(zip);
        await zip.CompleteAsync(cancellationToken);
    }

    /// <summary>Leaves out photos that were uploaded while the archive was written, because the archive lacks their files.</summary>
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
