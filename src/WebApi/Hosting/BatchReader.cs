using GourmetGram.Application.Classification;
using GourmetGram.Domain.Classification;
using GourmetGram.WebApi.Classification;
using Microsoft.AspNetCore.WebUtilities;

namespace GourmetGram.WebApi.Hosting;

/// <summary>One photo of a batch.</summary>
/// <param name="FileName">File name that the client sent; null when there is none.</param>
/// <param name="Upload">The photo; null when it was refused.</param>
/// <param name="Fault">Why the photo was refused; null when it was accepted.</param>
internal sealed record BatchPart(string? FileName, Upload? Upload, Exception? Fault);

/// <summary>
/// Reads the photos of a <c>multipart/form-data</c> request one after the other, and before them the tags of all photos. Skips the
/// content of photos that are too large or exceed the limits of the batch, and continues with the next photo.
/// </summary>
internal sealed class BatchReader
{
    /// <summary>Number of photos beyond the limit that each still get an answer. After that, the rest of the request is not read.</summary>
    private const int MostTooMany = 1000;

    private readonly MultipartReader reader;
    private readonly LimitsOptions limits;
    private readonly string howTo;
    private long bytes;
    private int photos;
    private bool isFull;
    private bool isAtEnd;

    /// <exception cref="BadHttpRequestException">The request is not a form (415) or has no usable boundary (400).</exception>
    public BatchReader(HttpRequest request, LimitsOptions limits)
    {
        this.limits = limits;
        howTo = $"Send up to {limits.BatchPhotos} photos, each in a field '{Uploads.Field}' of a multipart/form-data request.";
        reader = Uploads.Open(request, howTo);
    }

    /// <summary>
    /// Returns the maximum size of a request, in bytes. Photos within their own limit are read to the end even if the batch is full, so
    /// that each photo beyond the limit gets its own answer.
    /// </summary>
    public static long BodyBytes(LimitsOptions limits) =>
        Math.Max(limits.BatchBytes, limits.BatchPhotos * limits.UploadBytes) + (limits.BatchPhotos * (long)Uploads.FormOverhead);

    /// <summary>
    /// Returns the maximum number of bytes of a batch that are in memory at the same time, including the photo that is being read.
    /// </summary>
    public static long MemoryBytes(LimitsOptions limits) => PhotoBatch.InWork * limits.UploadBytes;

    /// <summary>
    /// Gets the tags of all photos; null without tags. They come before the first photo, because each photo is classified when it arrives.
    /// </summary>
    public PhotoTags? Tags { get; private set; }

    /// <summary>Returns the next photo; null at the end.</summary>
    /// <exception cref="BadHttpRequestException">The request contains no photo, or breaks off before the first photo.</exception>
    /// <exception cref="FluentValidation.ValidationException">A tag before the first photo is invalid.</exception>
    public async Task<BatchPart?> ReadNextAsync(CancellationToken cancellationToken)
    {
        if (isAtEnd)
            return null;
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                var file = section.AsFileSection();
                if (file?.Name == Uploads.Field)
                {
                    if (await ReadAsync(file, section.Body, cancellationToken) is { } part)
                        return part;
                }
                else if (TagFields.IsTag(section, file))
                {
                    Tags =
                        photos == 0
                            ? await TagFields.AddAsync(Tags, section.Body, cancellationToken)
                            : throw new BadHttpRequestException(
                                $"A field '{TagFields.Field}' came after a photo. The photos before it were stored without this tag; "
                                    + "the rest of the batch was not read. Send all tags before the first photo."
                            );
                }
            }
        }
        catch (Exception e) when (Uploads.IsBroken(e) || e is BadHttpRequestException)
        {
            var fault = e as BadHttpRequestException ?? Uploads.Broken(howTo, e);
            // Photos that were read before the break still get answers. The whole request fails only if there were none.
            return photos == 0 ? throw fault : End(fault);
        }

        isAtEnd = true;
        return photos == 0 ? throw new BadHttpRequestException($"The form contains no photo. {howTo}") : null;
    }

    /// <returns>Null for the empty part that an unused file input sends.</returns>
    private async Task<BatchPart?> ReadAsync(FileMultipartSection file, Stream body, CancellationToken cancellationToken)
    {
        var left = isFull || photos >= limits.BatchPhotos ? 0 : limits.BatchBytes - bytes;
        var content = await Uploads.ReadPartAsync(file, body, Math.Min(left, limits.UploadBytes), cancellationToken);
        if (content is { Bytes.Length: 0, FileName: null })
        {
            content.Dispose();
            return null;
        }

        photos++;
        var name = Uploads.NameOf(file);
        if (photos > limits.BatchPhotos)
            content?.Dispose();
        if (photos > limits.BatchPhotos + MostTooMany)
            return End(TooMany($"The batch exceeds the limit by more than {MostTooMany} photos; the rest was not read."));
        if (photos > limits.BatchPhotos)
            return new BatchPart(name, Upload: null, TooMany($"This is photo {photos} of the batch."));
        if (content is { } photo)
        {
            bytes += photo.Bytes.Length;
            return new BatchPart(name, photo, Fault: null);
        }

        if (left >= limits.UploadBytes)
            return new BatchPart(name, Upload: null, Uploads.TooLarge(limits));
        isFull = true;
        return new BatchPart(name, Upload: null, TooMany($"With this photo, the batch is larger than {limits.BatchMebibytes} MiB."));
    }

    private BatchPart End(Exception fault)
    {
        isAtEnd = true;
        return new BatchPart(FileName: null, Upload: null, fault);
    }

    private BadHttpRequestException TooMany(string found) =>
        new(
            $"{found} Limit: {limits.BatchPhotos} photos and {limits.BatchMebibytes} MiB per batch. Send this photo in another batch.",
            StatusCodes.Status413PayloadTooLarge
        );
}
