using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.WebApi.Labeling;

/// <summary>Writes a dataset as a zip of class folders or as CSV, photo by photo.</summary>
internal sealed class DatasetFiles(IDatasetExport export)
{
    private const int BufferBytes = 1 << 16;

    /// <summary>
    /// Writes <c>class_NN/{id}{ext}</c> for each photo, then <c>manifest.json</c>:
    /// <c>[{file, sha256, bytes, class, predicted, probability, answer}]</c>. The hashes of these photos are computed from the written
    /// bytes. Photos without a class come last in the list, with <c>file</c>, <c>bytes</c> and <c>class</c> null and a
    /// <c>prediction_id</c>.
    /// </summary>
    public async Task WriteZipAsync(Stream target, string bucket, Caller caller, CancellationToken cancellationToken)
    {
        using var manifest = new MemoryStream();
        await using var list = new Utf8JsonWriter(manifest, new JsonWriterOptions { Indented = true });
        list.WriteStartArray();
        await using var zip = await StreamedZip.CreateAsync(target, cancellationToken);
        await foreach (var item in export.OfAsync(bucket, caller, cancellationToken))
        {
            if (await export.OpenAsync(bucket, item.Photo, cancellationToken) is not { } content)
                continue;
            await using (content)
            {
                var (sha256, bytes) = ("", 0L);
                // Photos are compressed already.
                await zip.AddAsync(
                    item.Photo.Key,
                    CompressionLevel.NoCompression,
                    item.Photo.CollectedAt,
                    async file => (sha256, bytes) = await CopyAsync(content, file, cancellationToken),
                    cancellationToken
                );
                list.WriteStartObject();
                list.WriteString("file", item.Photo.Key);
                list.WriteString("sha256", sha256);
                list.WriteNumber("bytes", bytes);
                list.WriteString("class", item.Class);
                list.WriteString("predicted", item.Predicted);
                list.WriteNumber("probability", item.Photo.Confidence);
                list.WriteString("answer", nameof(AnswerKind.Class));
                list.WriteEndObject();
            }
        }

        await foreach (var item in export.WithoutClassAsync(bucket, caller, cancellationToken))
        {
            list.WriteStartObject();
            list.WriteNull("file");
            list.WriteString("sha256", item.Photo.Sha256);
            list.WriteNull("bytes");
            list.WriteNull("class");
            list.WriteString("predicted", item.Predicted);
            list.WriteNumber("probability", item.Photo.Confidence);
            list.WriteString("answer", item.Photo.Answer.ToString());
            list.WriteString("prediction_id", item.Photo.PredictionId);
            list.WriteEndObject();
        }

        list.WriteEndArray();
        await list.FlushAsync(cancellationToken);
        manifest.Position = 0;
        await zip.AddAsync(
            "manifest.json",
            CompressionLevel.Optimal,
            writtenAt: null,
            file => manifest.CopyToAsync(file, cancellationToken),
            cancellationToken
        );
        await zip.CompleteAsync(cancellationToken);
    }

    /// <summary>Writes one CSV line (RFC 4180) for each photo. The file, class and bytes are empty for photos without a class.</summary>
    public async Task WriteCsvAsync(Stream target, string bucket, Caller caller, CancellationToken cancellationToken)
    {
        await using var text = new StreamWriter(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true)
        {
            NewLine = "\r\n",
        };
        await text.WriteLineAsync("file,class,predicted,probability,prediction_id,sha256,bytes,collected_at,answer");
        await foreach (var item in export.OfAsync(bucket, caller, cancellationToken))
        {
            var photo = item.Photo;
            await text.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{photo.Key},{Quote(item.Class)},{Quote(item.Predicted)},{photo.Confidence:R},{photo.PredictionId},{photo.Sha256},"
                ) + $"{photo.Bytes.ToString(CultureInfo.InvariantCulture)},{Time(photo.CollectedAt)},{AnswerKind.Class}"
            );
        }

        await foreach (var item in export.WithoutClassAsync(bucket, caller, cancellationToken))
        {
            var photo = item.Photo;
            await text.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $",,{Quote(item.Predicted)},{photo.Confidence:R},{photo.PredictionId},{photo.Sha256},,"
                ) + $"{Time(photo.DecidedAt)},{photo.Answer}"
            );
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

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
