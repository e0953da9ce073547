using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.WebApi.Retraining;

/// <summary>A prepared export.</summary>
/// <param name="MediaType">Media type of the file.</param>
/// <param name="FileName">Suggested name of the file.</param>
/// <param name="WriteAsync">Writes the file to a stream. The same version always gives the same bytes.</param>
internal sealed record PreparedExport(string MediaType, string FileName, Func<Stream, Task> WriteAsync);

/// <summary>
/// Writes dataset versions in the formats that other tools read, photo by photo, in a fixed order and with fixed times. A photo that is
/// missing is left out, named in <c>missing.csv</c> of the archive or in the log, and does not end the export.
/// </summary>
internal sealed class DatasetExports(IDatasetPhotos photos, IEmbeddingExport embeddings, ILogger<DatasetExports> logger)
{
    /// <summary>First time that a zip can store.</summary>
    private static readonly DateTimeOffset FixedTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Indented = new(Relaxed) { WriteIndented = true, NewLine = "\n" };

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Prepares an export, so that errors are known before the first byte is written.</summary>
    /// <param name="name">The version: content id or a prefix of it, number, id of the build, or <c>latest</c>.</param>
    /// <param name="format">The format.</param>
    /// <param name="split">Only this split; null for all. A croissant file and the embeddings always describe all.</param>
    /// <param name="cancellationToken">Cancels the export.</param>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="ConflictException">The version is not ready, or has no embeddings.</exception>
    public async Task<PreparedExport> PrepareAsync(
        string name,
        DatasetFormat format,
        DatasetSplit? split,
        CancellationToken cancellationToken
    )
    {
        var version = await photos.FindAsync(name, cancellationToken);
        var stem = $"dataset-{version.Id[..12]}{(split is { } part ? $"-{FolderOf(part)}" : "")}";
        return format switch
        {
            DatasetFormat.Folders => new("application/zip", $"{stem}.zip", target =>
                FoldersAsync(target, version, split, cancellationToken)
            ),
            DatasetFormat.ImageFolder => new("application/zip", $"{stem}-imagefolder.zip", target =>
                ImageFolderAsync(target, version, split, cancellationToken)
            ),
            DatasetFormat.Csv => new("text/csv; charset=utf-8", $"{stem}.csv", target =>
                CsvAsync(target, version, split, cancellationToken)
            ),
            DatasetFormat.WebDataset => new("application/x-tar", $"{stem}.tar", target =>
                WebDatasetAsync(target, version, split, cancellationToken)
            ),
            DatasetFormat.Croissant => new("application/ld+json", $"{stem}-croissant.json", target =>
                CroissantAsync(target, version, cancellationToken)
            ),
            _ => new(
                "application/octet-stream",
                $"{stem}.safetensors",
                await embeddings.PrepareAsync(version.BuildId.ToString(), backbone: null, cancellationToken)
            ),
        };
    }

    /// <summary>Writes <c>{class}/{id}{ext}</c> for each photo, <c>classes.json</c> and <c>index.csv</c>.</summary>
    private async Task FoldersAsync(Stream target, ExportedVersion version, DatasetSplit? split, CancellationToken cancellationToken)
    {
        var folders = ClassFolders.Of(version.Classes);
        await using var zip = await StreamedZip.CreateAsync(target, cancellationToken);
        var (index, missing) = (new StringBuilder(CsvHeader), new List<VersionPhoto>());
        await foreach (var photo in photos.ReadAsync(version, split, cancellationToken))
        {
            var path = $"{folders[photo.ClassIndex]}/{photo.FileName}";
            if (await TryAddAsync(zip, path, photo, cancellationToken))
                index.Append(CsvLine(path, photo));
            else
                missing.Add(photo);
        }

        await AddTextAsync(zip, "classes.json", ClassesOf(version, folders), cancellationToken);
        await AddTextAsync(zip, "index.csv", index.ToString(), cancellationToken);
        await AddMissingAsync(zip, version, missing, cancellationToken);
        await zip.CompleteAsync(cancellationToken);
    }

    /// <summary>
    /// Writes <c>{split}/{class}/{id}{ext}</c> for each photo, and <c>{split}/metadata.jsonl</c> with the label: when there are metadata,
    /// the loader takes no labels from folders.
    /// </summary>
    private async Task ImageFolderAsync(Stream target, ExportedVersion version, DatasetSplit? split, CancellationToken cancellationToken)
    {
        var folders = ClassFolders.Of(version.Classes);
        await using var zip = await StreamedZip.CreateAsync(target, cancellationToken);
        var missing = new List<VersionPhoto>();
        foreach (var part in Enum.GetValues<DatasetSplit>().Where(part => split is null || part == split))
        {
            var metadata = new StringBuilder();
            await foreach (var photo in photos.ReadAsync(version, part, cancellationToken))
            {
                var file = $"{folders[photo.ClassIndex]}/{photo.FileName}";
                if (await TryAddAsync(zip, $"{FolderOf(part)}/{file}", photo, cancellationToken))
                    metadata.Append(JsonSerializer.Serialize(MetadataOf(file, photo), Relaxed)).Append('\n');
                else
                    missing.Add(photo);
            }

            // A split without photos would be a split that the loader cannot read.
            if (metadata.Length > 0)
                await AddTextAsync(zip, $"{FolderOf(part)}/metadata.jsonl", metadata.ToString(), cancellationToken);
        }

        await AddTextAsync(zip, "classes.json", ClassesOf(version, folders), cancellationToken);
        await AddMissingAsync(zip, version, missing, cancellationToken);
        await zip.CompleteAsync(cancellationToken);
    }

    private async Task CsvAsync(Stream target, ExportedVersion version, DatasetSplit? split, CancellationToken cancellationToken)
    {
        var folders = ClassFolders.Of(version.Classes);
        await using var text = new StreamWriter(target, Utf8, leaveOpen: true);
        await text.WriteAsync(CsvHeader.AsMemory(), cancellationToken);
        await foreach (var photo in photos.ReadAsync(version, split, cancellationToken))
            await text.WriteAsync(CsvLine($"{folders[photo.ClassIndex]}/{photo.FileName}", photo).AsMemory(), cancellationToken);
    }

    /// <summary>
    /// Writes one sample per photo: the photo, <c>{id}.cls</c> with the index of the class, and <c>{id}.json</c> with its row. Samples are
    /// found by the part of the name before the first dot, so no other file may be in the archive.
    /// </summary>
    private async Task WebDatasetAsync(Stream target, ExportedVersion version, DatasetSplit? split, CancellationToken cancellationToken)
    {
        var missing = new List<VersionPhoto>();
        await using var tar = new TarWriter(target, TarEntryFormat.Ustar, leaveOpen: true);
        await foreach (var photo in photos.ReadAsync(version, split, cancellationToken))
        {
            if (await photos.OpenAsync(photo, cancellationToken) is not { } content)
            {
                missing.Add(photo);
                continue;
            }

            var stem = photo.FileName.Split('.')[0];
            await using (content)
                await AddEntryAsync(tar, photo.FileName, content, cancellationToken);
            await AddEntryAsync(tar, $"{stem}.cls", TextOf(photo.ClassIndex.ToString(CultureInfo.InvariantCulture)), cancellationToken);
            await AddEntryAsync(
                tar,
                $"{stem}.json",
                TextOf(JsonSerializer.Serialize(MetadataOf(photo.FileName, photo), Relaxed)),
                cancellationToken
            );
        }

        LogMissing(version, missing);
    }

    /// <summary>Describes the CSV and the zip for <c>imagefolder</c> with their hashes. To know them, writes both once without storing
    /// them.</summary>
    private async Task CroissantAsync(Stream target, ExportedVersion version, CancellationToken cancellationToken)
    {
        var folders = ClassFolders.Of(version.Classes);
        var (csv, csvBytes) = await HashAsync(sink => CsvAsync(sink, version, split: null, cancellationToken));
        var (zip, zipBytes) = await HashAsync(sink => ImageFolderAsync(sink, version, split: null, cancellationToken));
        await JsonSerializer.SerializeAsync(
            target,
            Croissant.Describe(
                version,
                folders,
                new Croissant.File($"dataset-{version.Id[..12]}.csv", csvBytes, csv),
                new Croissant.File($"dataset-{version.Id[..12]}-imagefolder.zip", zipBytes, zip)
            ),
            Croissant.Options,
            cancellationToken
        );
        await target.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    private static async Task<(string Sha256, long Bytes)> HashAsync(Func<Stream, Task> write)
    {
        using var hash = SHA256.Create();
        await using var sink = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write);
        await using var counted = new CountingStream(sink);
        await write(counted);
        await sink.FlushFinalBlockAsync();
        return (Convert.ToHexStringLower(hash.Hash!), counted.Written);
    }

    private async Task<bool> TryAddAsync(StreamedZip zip, string path, VersionPhoto photo, CancellationToken cancellationToken)
    {
        if (await photos.OpenAsync(photo, cancellationToken) is not { } content)
            return false;
        await using (content)
            // Photos are compressed already.
            await zip.AddAsync(
                path,
                CompressionLevel.NoCompression,
                FixedTime,
                file => content.CopyToAsync(file, cancellationToken),
                cancellationToken
            );
        return true;
    }

    private static Task AddTextAsync(StreamedZip zip, string path, string text, CancellationToken cancellationToken) =>
        zip.AddAsync(
            path,
            // Compressed bytes depend on the version of the library.
            CompressionLevel.NoCompression,
            FixedTime,
            file => file.WriteAsync(Utf8.GetBytes(text), cancellationToken).AsTask(),
            cancellationToken
        );

    private async Task AddMissingAsync(
        StreamedZip zip,
        ExportedVersion version,
        List<VersionPhoto> missing,
        CancellationToken cancellationToken
    )
    {
        if (missing.Count == 0)
            return;
        LogMissing(version, missing);
        var text = CsvHeader + string.Concat(missing.Select(photo => CsvLine("", photo)));
        await AddTextAsync(zip, "missing.csv", text, cancellationToken);
    }

    private void LogMissing(ExportedVersion version, List<VersionPhoto> missing)
    {
        if (missing.Count > 0)
            logger.LogWarning(
                "{Count} photos of dataset {DatasetId} are missing and were not exported: {Photos}",
                missing.Count,
                version.Id,
                string.Join(", ", missing.Take(20).Select(photo => photo.Item.PredictionId))
            );
    }

    private static Task AddEntryAsync(TarWriter tar, string name, Stream content, CancellationToken cancellationToken) =>
        tar.WriteEntryAsync(
            new UstarTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = content,
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            },
            cancellationToken
        );

    private static MemoryStream TextOf(string text) => new(Utf8.GetBytes(text), writable: false);

    /// <summary>Returns the folder of a split: the names that the loaders know.</summary>
    private static string FolderOf(DatasetSplit split) =>
        split switch
        {
            DatasetSplit.Train => "train",
            DatasetSplit.Tune => "validation",
            _ => "test",
        };

    private static string ClassesOf(ExportedVersion version, IReadOnlyList<string> folders) =>
        JsonSerializer.Serialize(
            version.Classes.Select(
                (name, index) =>
                    new
                    {
                        index,
                        name,
                        folder = folders[index],
                    }
            ),
            Indented
        ) + "\n";

    private static object MetadataOf(string file, VersionPhoto photo) =>
        new
        {
            file_name = file,
            label = photo.Item.Class,
            label_index = photo.ClassIndex,
            split = FolderOf(photo.Item.Split),
            weight = photo.Item.Weight,
            source = photo.Item.Source,
            group = photo.Item.Group,
            prediction_id = photo.Item.PredictionId?.ToString(),
            stored_sha256 = photo.Item.StoredSha256,
        };

    private const string CsvHeader = "file,label,label_index,split,weight,source,group,votes,prediction_id,stored_sha256,upload_sha256\r\n";

    private static string CsvLine(string file, VersionPhoto photo)
    {
        var item = photo.Item;
        string[] cells =
        [
            file,
            item.Class,
            photo.ClassIndex.ToString(CultureInfo.InvariantCulture),
            FolderOf(item.Split),
            item.Weight.ToString("R", CultureInfo.InvariantCulture),
            item.Source,
            item.Group,
            string.Join(
                ';',
                item.Votes.OrderBy(vote => vote.Key, StringComparer.Ordinal)
                    .Select(vote => string.Create(CultureInfo.InvariantCulture, $"{vote.Key}={vote.Value}"))
            ),
            item.PredictionId?.ToString() ?? "",
            item.StoredSha256,
            item.UploadSha256,
        ];
        return string.Join(',', cells.Select(CsvText.Quote)) + "\r\n";
    }
}
