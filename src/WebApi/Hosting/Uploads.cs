using GourmetGram.Application.Classification;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace GourmetGram.WebApi.Hosting;

/// <summary>A photo as it was sent.</summary>
/// <param name="Bytes">Its bytes.</param>
/// <param name="FileName">The name the client gave it; null when none.</param>
/// <param name="Buffer">Holds the bytes.</param>
internal sealed record Upload(ReadOnlyMemory<byte> Bytes, string? FileName, PhotoBuffer Buffer) : IDisposable
{
    public void Dispose() => ((IDisposable)Buffer).Dispose();
}

/// <summary>Reads the photo of a <c>multipart/form-data</c> request straight into memory: no temporary file, and refused as soon as it is too large.</summary>
internal static class Uploads
{
    /// <summary>Name of the form field that carries the photo, in the lab's routes and in ours.</summary>
    public const string Field = "file";

    /// <summary>What a form may hold beside the photo: boundaries, headers, small fields.</summary>
    public const int FormOverhead = 64 * 1024;

    private const string HowTo = $"Send one photo in the field '{Field}' of a multipart/form-data request.";

    /// <exception cref="BadHttpRequestException">Not a form (415), a broken form, no photo in it, or more than one (400), with what to do.</exception>
    /// <exception cref="UnusablePhotoException">The photo has more bytes than the limit.</exception>
    public static async Task<Upload> ReadAsync(HttpRequest request, LimitsOptions limits, CancellationToken cancellationToken)
    {
        var reader = Open(request, HowTo);
        if (request.ContentLength > limits.UploadBytes + FormOverhead)
            throw TooLarge(limits);

        try
        {
            return await ReadPartsAsync(reader, request.ContentLength, limits, cancellationToken);
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw Broken(HowTo, e);
        }
    }

    /// <summary>The parts of a form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="howTo">What the sender is told to do when it is no form.</param>
    /// <exception cref="BadHttpRequestException">Not a form (415), or no usable boundary (400).</exception>
    public static MultipartReader Open(HttpRequest request, string howTo)
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        )
            throw new BadHttpRequestException(
                $"The content type is '{request.ContentType}'. {howTo}",
                StatusCodes.Status415UnsupportedMediaType
            );
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary);
        return boundary.Length is > 0 and <= 200
            ? new MultipartReader(boundary.Value!, request.Body)
            : throw new BadHttpRequestException($"The content type names no usable boundary. {howTo}");
    }

    /// <summary>Whether reading failed because the form's structure is broken or its end is missing.</summary>
    public static bool IsBroken(Exception e) => e is IOException and not BadHttpRequestException or InvalidDataException;

    public static BadHttpRequestException Broken(string howTo, Exception cause) =>
        new($"The form is broken or was cut off. {howTo}", cause);

    /// <summary>A photo over the limit on bytes.</summary>
    public static UnusablePhotoException TooLarge(LimitsOptions limits) =>
        new(PhotoFault.TooManyBytes, $"The photo has more than {limits.UploadMebibytes} MiB. Save it smaller and send it again.");

    private static async Task<Upload> ReadPartsAsync(
        MultipartReader reader,
        long? contentLength,
        LimitsOptions limits,
        CancellationToken cancellationToken
    )
    {
        Upload? upload = null;
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (section.AsFileSection() is not { } file || file.Name != Field)
                    continue;
                // A form with a second, unused file input sends an empty part without a name for it.
                if (upload is not null)
                {
                    if (file.FileName.Length == 0 && await section.Body.ReadAsync(new byte[1], cancellationToken) == 0)
                        continue;
                    throw new BadHttpRequestException($"The form holds more than one photo. {HowTo}");
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

            return upload ?? throw new BadHttpRequestException($"The form holds no photo. {HowTo}");
        }
        catch
        {
            upload?.Dispose();
            throw;
        }
    }

    /// <summary>The name a client gave a photo; null when none. Some clients (curl) escape quotes and backslashes in it, others send them as they are.</summary>
    public static string? NameOf(FileMultipartSection file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var name = file.FileName.Replace("\\\"", "\"", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);
        return name.Length == 0 ? null : name;
    }

    /// <summary>A part with its bytes; null when it has more than allowed.</summary>
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
