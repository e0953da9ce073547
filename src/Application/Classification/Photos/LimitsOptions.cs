using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Classification;

/// <summary>Limits on what one request may use.</summary>
[SettingsSection("Limits")]
public sealed class LimitsOptions
{
    /// <summary>Bytes in a mebibyte, the unit of the limits on bytes.</summary>
    public const int Mebibyte = 1024 * 1024;

    [Description("Largest photo in MiB.")]
    [Range(1, 200)]
    public int UploadMebibytes { get; set; } = 20;

    [Description("Most pixels of a photo, in millions. Checked from the header, before decoding.")]
    [Range(1, 200)]
    public int Megapixels { get; set; } = 40;

    [Description("Photos decoded and classified at the same time; 0 means one for each processor.")]
    [Range(0, 256)]
    public int Concurrency { get; set; }

    [Description("Photos that may wait for their turn; more are answered 503.")]
    [Range(0, 10_000)]
    public int QueueLength { get; set; } = 256;

    [Description("Longest wait for a turn and its memory, in milliseconds; then the answer is 503.")]
    [Range(0, 60_000)]
    public int QueueMilliseconds { get; set; } = 1000;

    [Description(
        "Memory in MiB for the photos that are decoded at the same time, by estimate from their headers; a photo waits for it, and one "
            + "that alone needs more is answered 413."
    )]
    [Range(64, 65_536)]
    public int DecodeMebibytes { get; set; } = 512;

    [Description(
        "Memory in MiB for request bodies that are in work at the same time; a request waits for it before its body is read, then the "
            + "answer is 503."
    )]
    [Range(1, 65_536)]
    public int BodyMebibytes { get; set; } = 64;

    [Description("Most photos of one batch; those beyond are answered 413.")]
    [Range(1, 1000)]
    public int BatchPhotos { get; set; } = 64;

    [Description("Most MiB of all photos of one batch together; those beyond are answered 413.")]
    [Range(1, 10_000)]
    public int BatchMebibytes { get; set; } = 200;

    [Description("Longest wait for the object store to take a photo, in seconds; then the photo goes to the spool.")]
    [Range(1, 600)]
    public int StoreSeconds { get; set; } = 2;

    [Description("Most MiB of photos that wait in the spool while the object store is away; then uploads are answered 503.")]
    [Range(1, 1_000_000)]
    public int SpoolMebibytes { get; set; } = 2048;

    /// <summary>Capacity of the spool in bytes.</summary>
    public long SpoolBytes => (long)SpoolMebibytes * Mebibyte;

    /// <summary>Most bytes of all photos of one batch together.</summary>
    public long BatchBytes => (long)BatchMebibytes * Mebibyte;

    /// <summary>Memory for decoding, in bytes.</summary>
    public long DecodeBytes => (long)DecodeMebibytes * Mebibyte;

    /// <summary>Memory for request bodies, in bytes.</summary>
    public long BodyBytes => (long)BodyMebibytes * Mebibyte;

    /// <summary>Largest photo in bytes.</summary>
    public long UploadBytes => (long)UploadMebibytes * Mebibyte;

    /// <summary>Most pixels of a photo.</summary>
    public long Pixels => Megapixels * 1_000_000L;
}
