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

    /// <summary>Pixels in a megapixel, the unit of the limit on pixels.</summary>
    public const int PixelsPerMegapixel = 1_000_000;

    [Description("Largest accepted photo, in MiB.")]
    [Range(1, 200)]
    public int UploadMebibytes { get; set; } = 20;

    [Description("Largest accepted photo, in millions of pixels. Checked before decoding.")]
    [Range(1, 200)]
    public int Megapixels { get; set; } = 40;

    [Description("Number of photos decoded and classified at the same time. 0 means one per processor.")]
    [Range(0, 256)]
    public int Concurrency { get; set; }

    [Description("Number of photos that may wait to be classified. Further ones get status 503.")]
    [Range(0, 10_000)]
    public int QueueLength { get; set; } = 256;

    [Description(
        "Longest time that a photo may be predicted to wait for classification, in milliseconds. The server predicts the time from recent "
            + "photos, and refuses a photo immediately with status 503 if it is longer. A photo that was accepted gets status 503 after "
            + "twice this time."
    )]
    [Range(0, 60_000)]
    public int QueueMilliseconds { get; set; } = 5000;

    [Description(
        "Memory for decoding photos, in MiB, estimated from their headers. A photo waits until enough is free. A photo that needs more "
            + "than all of it gets status 413."
    )]
    [Range(64, 65_536)]
    public int DecodeMebibytes { get; set; } = 512;

    [Description(
        "Memory for the bodies of concurrent requests, in MiB. A request waits until enough is free. If it waits too long, it gets "
            + "status 503."
    )]
    [Range(1, 65_536)]
    public int BodyMebibytes { get; set; } = 64;

    [Description("Largest number of photos in a batch. Further ones get status 413.")]
    [Range(1, 1000)]
    public int BatchPhotos { get; set; } = 64;

    [Description("Largest total size of the photos in a batch, in MiB. Further ones get status 413.")]
    [Range(1, 10_000)]
    public int BatchMebibytes { get; set; } = 200;

    [Description("Longest time the object store may take to store a photo, in seconds. After that, the photo is written to the spool.")]
    [Range(1, 600)]
    public int StoreSeconds { get; set; } = 2;

    [Description("Largest size of the spool, in MiB. Photos wait there while the object store is down. If it is full, uploads get 503.")]
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
    public long Pixels => (long)Megapixels * PixelsPerMegapixel;
}
