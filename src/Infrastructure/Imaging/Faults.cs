using GourmetGram.Application.Classification;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>Error messages for the sender of an unusable photo: what is wrong and what to do.</summary>
internal static class Faults
{
    public static UnusablePhotoException Empty() =>
        new(PhotoFault.Empty, "The photo is empty: 0 bytes arrived. Choose a photo and send it again.");

    public static UnusablePhotoException TooManyBytes(long found, long limit) =>
        new(
            PhotoFault.TooManyBytes,
            $"The photo has {found:N0} bytes; at most {limit:N0} ({limit / LimitsOptions.Mebibyte} MiB) are accepted. Save it smaller, "
                + "or as JPEG, and send it again."
        );

    public static UnusablePhotoException TooManyPixels(int width, int height, long limit) =>
        new(
            PhotoFault.TooManyPixels,
            $"The photo has {width} × {height} = {(long)width * height:N0} pixels; at most {limit:N0} are accepted. Save it smaller and "
                + "send it again."
        );

    public static UnusablePhotoException TooMuchMemory(PhotoLayout layout, LimitsOptions limits) =>
        new(
            PhotoFault.TooManyPixels,
            $"Decoding this photo of {layout.Width} × {layout.Height} pixels takes about {layout.DecodeBytes / LimitsOptions.Mebibyte} "
                + $"MiB of memory; at most {limits.DecodeMebibytes} MiB are allowed. "
                + "Save it as a baseline (not progressive) JPEG, or smaller, and send it again."
        );

    /// <param name="found">Name of the file type, as in "a GIF"; null when it is not recognised.</param>
    /// <param name="hint">Extra help for this file type; null when there is none.</param>
    public static UnusablePhotoException UnknownFormat(string? found, string? hint = null) =>
        new(
            PhotoFault.UnknownFormat,
            (found is null ? "This file is not a JPEG, PNG or WebP photo." : $"This file is {found}, not a JPEG, PNG or WebP photo.")
                + " Save it as JPEG, PNG or WebP and send it again."
                + (hint is null ? "" : " " + hint)
        );

    /// <param name="found">Name of the file type, as in "a lossless JPEG".</param>
    public static UnusablePhotoException RareKind(string found) =>
        new(
            PhotoFault.UnknownFormat,
            $"This file is {found}, which browsers and this server cannot show. Save it as a standard JPEG (8 bits per colour), PNG or "
                + "WebP and send it again."
        );

    /// <param name="detail">The damage, as the rest of a sentence.</param>
    public static UnusablePhotoException Damaged(string detail) =>
        new(
            PhotoFault.Damaged,
            $"The photo is incomplete or damaged: {detail}. Send it again, or export it again from the program that created it."
        );
}
