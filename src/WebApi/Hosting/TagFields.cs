using System.Text;
using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Domain.Classification;
using Microsoft.AspNetCore.WebUtilities;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Reads the tags in the form fields <c>tags</c>, each as <c>key=value</c>.</summary>
internal static class TagFields
{
    /// <summary>Name of the form field with a tag.</summary>
    public const string Field = "tags";

    /// <summary>Maximum size of a field in bytes. Every valid tag is smaller, in any Unicode spelling.</summary>
    private const int MostBytes = 4096;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns whether a part of a form is a tag.</summary>
    /// <param name="section">The part.</param>
    /// <param name="file">The part as a file; null when it has no file name.</param>
    public static bool IsTag(MultipartSection section, FileMultipartSection? file) =>
        (file is null ? section.AsFormDataSection()?.Name : file.Name) == Field;

    /// <summary>Returns the tags with the one in a part of the form.</summary>
    /// <param name="tags">The tags so far; null for none.</param>
    /// <param name="body">The content of the part.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <exception cref="ValidationException">The tag is invalid. The message says what to do.</exception>
    public static async Task<PhotoTags> AddAsync(PhotoTags? tags, Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[MostBytes];
        var length = await body.ReadAtLeastAsync(buffer, MostBytes, throwOnEndOfStream: false, cancellationToken);
        if (length == MostBytes)
            throw Invalid($"A tag is longer than {MostBytes} bytes. Send a shorter value.");
        try
        {
            return PhotoTags.Add(tags, Utf8.GetString(buffer, 0, length));
        }
        catch (DecoderFallbackException)
        {
            throw Invalid("A tag is not UTF-8. Send it in UTF-8.");
        }
        catch (FormatException e)
        {
            throw Invalid(e.Message);
        }
    }

    private static ValidationException Invalid(string message) => new([new ValidationFailure(Field, message)]);
}
