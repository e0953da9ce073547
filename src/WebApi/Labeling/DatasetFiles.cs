using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using GourmetGram.Application.Labeling;

namespace GourmetGram.WebApi.Labeling;

/// <summary>Writes a dataset as a zip of class folders or as CSV, photo by photo.</summary>
internal sealed class DatasetFiles(IDatasetExport export)
{
    private const int BufferBytes = 1 << 16;

    /// <summary><c>class_NN/{id}{ext}</c> for each photo, then <c>manifest.json</c>: <c>[{file, sha256, bytes, class, predicted, probability}]</c>, the hashes taken from what was written.</summary>
    public async Task WriteZipAsync(Stream target, string bucket, CancellationToken cancellationToken)
    {
        using var manifest = new MemoryStream();
        await using var list = new Utf8JsonWriter(manifest, new JsonWriterOptions { Indented = true });
        list.WriteStartArray();
        await using var zip = await ZipArchive.CreateAsync(
            target,
            ZipArchiveMode.Create,
            leaveOpen: true,
            entryNameEncoding: null,
            cancellationToken
        );
        await foreach (var item in export.OfAsync(bucket, cancellationToken))
        {
            if (await export.OpenAsync(bucket, item.Photo, cancellationToken) is not { } content)
                continue;
            await using (content)
            {
                // Photos are compressed already.
                var entry = zip.CreateEntry(item.Photo.Key, CompressionLevel.NoCompression);
                entry.LastWriteTime = item.Photo.CollectedAt;
                await using var file = await entry.OpenAsync(cancellationToken);
                var (sha256, bytes) = await CopyAsync(content, file, cancellationToken);
                list.WriteStartObject();
                list.WriteString("file", item.Photo.Key);
                list.WriteString("sha256", sha256);
                list.WriteNumber("bytes", bytes);
                list.WriteString("class", item.Class);
                list.WriteString("predicted", item.Predicted);
                list.WriteNumber("probability", item.Photo.Confidence);
                list.WriteEndObject();
            }
        }

        list.WriteEndArray();
        await list.FlushAsync(cancellationToken);
        manifest.Position = 0;
        await using var last = await zip.CreateEntry("manifest.json", CompressionLevel.Optimal).OpenAsync(cancellationToken);
        await manifest.CopyToAsync(last, cancellationToken);
    }

    /// <summary>One line for each photo, RFC 4180.</summary>
    public async Task WriteCsvAsync(Stream target, string bucket, CancellationToken cancellationToken)
    {
        await using var text = new StreamWriter(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true)
        {
            NewLine = "\r\n",
        };
        await text.WriteLineAsync("file,class,predicted,probability,prediction_id,sha256,bytes,collected_at");
        await foreach (var item in export.OfAsync(bucket, cancellationToken))
        {
            var photo = item.Photo;
            await text.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{photo.Key},{Quote(item.Class)},{Quote(item.Predicted)},{photo.Confidence:R},{photo.PredictionId},{photo.Sha256},{photo.Bytes},{photo.CollectedAt.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}"
                )
            );
        }
    }

    private static string Quote(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static async Task<(string Sha256, long Bytes)> CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        var bytes = 0L;
        while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            bytes += read;
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset()), bytes);
    }
}
