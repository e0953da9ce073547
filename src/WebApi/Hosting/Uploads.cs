using GourmetGram.Application.Classification;
using GourmetGram.Domain.Classification;
using Microsoft.AspNetCore.WebUtilities;

namespace GourmetGram.WebApi.Hosting;

/// <summary>A photo as the client sent it.</summary>
/// <param name="Bytes">The bytes of the photo.</param>
/// <param name="FileName">File name that the client sent; null when there is none.</param>
/// <param name="Buffer">The buffer that holds the bytes.</param>
internal sealed record Upload(ReadOnlyMemory<byte> Bytes, string? FileName, PhotoBuffer Buffer) : IDisposable
{
    /// <summary>Tags that the client sent; null without tags, and where tags are not read.</summary>
    public PhotoTags? Tags { get; init; }

    public void Dispose() => ((IDisposable)Buffer).Dispose();
}

/// <summary>
/// Reads the photo of a <c>multipart/form-data</c> request directly into memory, without a temporary file. Refuses the photo as soon as it
/// is too large.
/// </summary>
internal static class Uploads
{
    /// <summary>Name of the form field with the photo, both in the lab's routes and in the API.</summary>
    public const string Field = "file";

    /// <summary>Bytes that a form may have in addition to the photo, for boundaries, headers and small fields.</summary>
    public const int FormOverhead = 64 * 1024;

    private const string HowTo = $"Send one photo in the field '{Field}' of a multipart/form-data request.";

    /// <summary>Reads the photo of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limits">Limits on the photo.</param>
    /// <param name="readsTags">Whether to read tags, before and after the photo. Otherwise they are ignored.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <exception cref="FluentValidation.ValidationException">A tag is invalid.</exception>
    /// <exception cref="BadHttpRequestException">
    /// The request is not a form (415), or the form is broken or has no photo or several photos (400). The message says what to do.
    /// </exception>
    /// <exception cref="UnusablePhotoException">The photo has more bytes than the limit.</exception>
    public static async Task<Upload> ReadAsync(
        HttpRequest request,
        LimitsOptions limits,
        bool readsTags,
        CancellationToken cancellationToken
    )
    {
        var reader = Open(request, HowTo);
        if (request.ContentLength > limits.UploadBytes + FormOverhead)
            throw TooLarge(limits);

        try
        {
            return await ReadPartsAsync(reader, request.ContentLength, limits, readsTags, cancellationToken);
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw Broken(HowTo, e);
        }
    }

    /// <summary>Opens a reader for the parts of a form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="howTo">Instruction for the sender, for the error message.</param>
    /// <exception cref="BadHttpRequestException">The request is not a form (415) or has no usable boundary (400).</exception>
    public static MultipartReader Open(HttpRequest request, string howTo)
    {
        var boundary = FormFileNames.BoundaryOf(request)
            ?? throw new BadHttpRequestException(
                $"The content type is '{request.ContentType}'. {howTo}",
                StatusCodes.Status415UnsupportedMediaType
            );
        return boundary.Length > 0
            ? new MultipartReader(boundary, request.Body)
            : throw new BadHttpRequestException($"The content type has no usable boundary. {howTo}");
    }

    /// <summary>Returns whether reading failed because the form's structure is broken or its end is missing.</summary>
    public static bool IsBroken(Exception e) => e is IOException and not BadHttpRequestException or InvalidDataException;

    public static BadHttpRequestException Broken(string howTo, Exception cause) =>
        new($"The form is invalid or incomplete. {howTo}", cause);

    /// <summary>Creates the exception for a photo that has too many bytes.</summary>
    public static UnusablePhotoException TooLarge(LimitsOptions limits) =>
        new(PhotoFault.TooManyBytes, $"The photo is larger than {limits.UploadMebibytes} MiB. Save it smaller and send it again.");

    private static async Task<Upload> ReadPartsAsync(
        MultipartReader reader,
        long? contentLength,
        LimitsOptions limits,
        bool readsTags,
        CancellationToken cancellationToken
    )
    {
        Upload? upload = null;
        PhotoTags? tags = null;
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                var file = section.AsFileSection();
                if (file?.Name != Field)
                {
                    if (readsTags && TagFields.IsTag(section, file))
                        tags = await TagFields.AddAsync(tags, section.Body, cancellationToken);
                    continue;
                }

                // A form with a second, unused file input sends an empty part without a file name.
                if (upload is not null)
                {
                    if (file.FileName.Length == 0 && await section.Body.ReadAsync(new byte[1], cancellationToken) == 0)
                        continue;
                    throw new BadHttpRequestException($"The form contains more than one photo. {HowTo}");
                }

                upload = await ReadPartAsync(
                    file,
                    section.Body,
                    Math.Min(contentLength ?? long.MaxValue, limits.UploadBytes),
                    cancellationToken
                ) ?? throw TooLarge(limits);
                if (upload is { Bytes.Length: 0, FileName: null })
                {
                    upload.Dispose();
                    upload = null;
                }
            }

            if (upload is null)
                throw new BadHttpRequestException($"The form contains no photo. {HowTo}");
            return tags is null ? upload : upload with { Tags = tags };
        }
        catch
        {
            upload?.Dispose();
            throw;
        }
    }

    /// <summary>Returns the file name that the client sent; null when there is none.</summary>
    public static string? NameOf(FileMultipartSection file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.FileName.Length == 0 ? null : file.FileName;
    }

    /// <summary>Reads a part with its bytes; null when the part is larger than allowed.</summary>
    public static async Task<Upload?> ReadPartAsync(
        FileMultipartSection file,
        Stream body,
        long mostBytes,
        CancellationToken cancellationToken
    )
    {
        var buffer = new PhotoBuffer((int)mostBytes);
        try
        {
            if (await buffer.FillAsync(body, cancellationToken) is { } length)
                return new Upload(buffer.Memory[..length], NameOf(file), buffer);
        }
        catch
        {
            ((IDisposable)buffer).Dispose();
            throw;
        }

        ((IDisposable)buffer).Dispose();
        return null;
    }
}
