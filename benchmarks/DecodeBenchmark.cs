using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using GourmetGram.Application.Classification;
using GourmetGram.Benchmarks.Load;
using GourmetGram.Infrastructure.Imaging;
using Microsoft.Extensions.Options;
using SkiaSharp;

namespace GourmetGram.Benchmarks;

/// <summary>
/// What is done to a photo of 12 megapixels beside the model: decoding to the model's size, in each format, and removing metadata with both
/// hashes.
/// </summary>
[Config(typeof(VariantBenchmark.OneProcess))]
[MemoryDiagnoser]
public class DecodeBenchmark
{
    private const int Side = 224;

    private readonly PhotoReader reader = new(Options.Create(new LimitsOptions()));
    private byte[] photo = [];

    [Params("jpeg", "png", "webp")]
    public string Format { get; set; } = "";

    [GlobalSetup]
    public void Make()
    {
        var jpeg = LoadPhotos.Make(Path.Combine(AppContext.BaseDirectory, "samples", "soup.jpg"), 4000, 3000, 88);
        using var bitmap = SKBitmap.Decode(jpeg);
        // Smooth again: a PNG of noise has more bytes than a photo may have.
        using var smooth = bitmap
            .Resize(new SKImageInfo(1000, 750), new SKSamplingOptions(SKFilterMode.Linear))
            .Resize(new SKImageInfo(4000, 3000), new SKSamplingOptions(SKFilterMode.Linear));
        using var encoded = Format switch
        {
            "png" => smooth.Encode(SKEncodedImageFormat.Png, 100),
            "webp" => bitmap.Encode(SKEncodedImageFormat.Webp, 80),
            _ => SKData.CreateCopy(jpeg),
        };
        photo = encoded.ToArray();
    }

    [Benchmark(Baseline = true)]
    public byte[] Decode() => reader.Decode(photo, Side, Side);

    [Benchmark]
    public byte[] RemoveMetadataAndHash()
    {
        var kept = reader.RemoveMetadata(photo);
        return [.. SHA256.HashData(photo), .. SHA256.HashData(kept)];
    }
}
