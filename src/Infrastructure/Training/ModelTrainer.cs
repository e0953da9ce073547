using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Onnx;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Training;

/// <summary>
/// Writes the folder of a training into folder <c>training</c> of the data directory: <c>job.json</c>, <c>dataset/</c> with the photos and
/// <c>index.csv</c>, and <c>base/</c> with the model that serves.
/// </summary>
internal sealed class ModelTrainer(
    IOptions<TrainerOptions> options,
    IOptions<ModelOptions> installed,
    DataDirectory data,
    IDatasetPhotos photos,
    IModelFiles models,
    IHeadFiles heads,
    TimeProvider time
) : IModelTrainer
{
    private const int Contract = 1;
    private const string Golden = "golden";
    private const string CsvHeader = "file,label,split,weight,group,source\r\n";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public bool IsConfigured => options.Value.Command.Length > 0;

    public async Task<ITrainerFolder> PrepareAsync(TrainerJob job, CancellationToken cancellationToken)
    {
        if (!IsConfigured)
            throw new TrainingRefusedException("No trainer program is configured any more. Set Trainer:Command, and restart the server.");
        var root = Path.Combine(data.FullPath, "training");
        RemoveLeftovers(root);
        var folder = Path.Combine(root, job.RunId.ToString("N"));
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, TrainerFolder.Output));
            var (count, newest, sha256) = await WritePhotosAsync(folder, job.Dataset, cancellationToken);
            var manifest = await WriteBaseAsync(folder, job.Base, cancellationToken);
            var variant = manifest["variants"]![(string)manifest["default"]!]!;
            await WriteJsonAsync(
                Path.Combine(folder, "job.json"),
                new
                {
                    contract = Contract,
                    id = job.RunId,
                    version = job.Version,
                    seed = BitConverter.ToInt32(Convert.FromHexString(job.Dataset.Id[..8])) & int.MaxValue,
                    budgetSeconds = options.Value.Minutes * 60,
                    classes = job.Dataset.Classes,
                    input = manifest["input"],
                    @base = new
                    {
                        file = $"base/{variant["file"]}",
                        sha256 = (string)variant["sha256"]!,
                        version = job.Base.Version,
                    },
                    dataset = new { id = job.Dataset.Id, sha256 },
                    output = TrainerFolder.Output,
                },
                cancellationToken
            );
            return new TrainerFolder(folder, job.Version, options.Value, time) { Photos = count, NewestPrediction = newest };
        }
        catch
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Only this process uses the data directory, and trains one model at a time, so all of it is of a process that was
    /// killed.</summary>
    private static void RemoveLeftovers(string root)
    {
        if (!Directory.Exists(root))
            return;
        foreach (var folder in Directory.EnumerateDirectories(root))
            ProcessGroup.KillLeftover(folder);
        Directory.Delete(root, recursive: true);
    }

    /// <summary>Writes all photos but those for testing.</summary>
    private async Task<(int Count, Guid? Newest, string Sha256)> WritePhotosAsync(
        string folder,
        ExportedVersion dataset,
        CancellationToken cancellationToken
    )
    {
        var folders = ClassFolders.Of(dataset.Classes);
        var target = Directory.CreateDirectory(Path.Combine(folder, "dataset")).FullName;
        foreach (var name in folders)
            Directory.CreateDirectory(Path.Combine(target, name));
        var index = new StringBuilder(CsvHeader);
        var (count, newest) = (0, (Guid?)null);
        await foreach (var photo in photos.ReadAsync(dataset, split: null, cancellationToken))
        {
            if (photo.Item.Split == DatasetSplit.Test || await photos.OpenAsync(photo, cancellationToken) is not { } content)
                continue;
            var file = $"{folders[photo.ClassIndex]}/{photo.FileName}";
            await using (content)
            await using (var copy = File.Create(Path.Combine(target, file)))
                await content.CopyToAsync(copy, cancellationToken);
            string[] cells =
            [
                file,
                photo.Item.Class,
                photo.Item.Split == DatasetSplit.Tune ? "tune" : "train",
                photo.Item.Weight.ToString("R", CultureInfo.InvariantCulture),
                photo.Item.Group,
                photo.Item.Source,
            ];
            index.AppendJoin(',', cells.Select(CsvText.Quote)).Append("\r\n");
            count++;
            if (photo.Item.PredictionId is { } id && (newest is null || id.CompareTo(newest.Value) > 0))
                newest = id;
        }

        if (count == 0)
            throw new TrainingRefusedException("The dataset version has no photo to train on. Label photos and build a new version.");
        var bytes = Encoding.UTF8.GetBytes(index.ToString());
        await File.WriteAllBytesAsync(Path.Combine(target, "index.csv"), bytes, cancellationToken);
        return (count, newest, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <summary>Writes the folder of the model that serves, with its own head.</summary>
    private async Task<JsonObject> WriteBaseAsync(string folder, RegisteredModel model, CancellationToken cancellationToken)
    {
        var source =
            model.Origin == ModelOrigin.Imported ? await models.FetchAsync(model, cancellationToken) : installed.Value.DirectoryPath;
        var target = Path.Combine(folder, "base");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            // File.Copy would copy the mode too, and installed files can be read-only.
            await using var content = File.OpenRead(file);
            await using var writable = File.Create(copy);
            await content.CopyToAsync(writable, cancellationToken);
        }

        var path = Path.Combine(target, ModelManifest.FileName);
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(path, cancellationToken))!.AsObject();
        var variant = model.Model.Variant;
        manifest["version"] = model.Version;
        manifest["default"] = variant;
        // The program needs one file, and other variants would have other heads.
        manifest["variants"] = new JsonObject { [variant] = manifest["variants"]![variant]!.DeepClone() };
        if (model.ReadHead() is { } head)
        {
            var network = heads.FileWith(head);
            var entry = manifest["variants"]![variant]!.AsObject();
            await File.WriteAllBytesAsync(Path.Combine(target, (string)entry["file"]!), network, cancellationToken);
            entry["sha256"] = Convert.ToHexStringLower(SHA256.HashData(network));
            entry["bytes"] = network.Length;
            entry["temperature"] = model.Model.Temperature;
            entry.Remove("validation");
            // They hold the answers of the head that was replaced.
            if (Directory.Exists(Path.Combine(target, Golden)))
                Directory.Delete(Path.Combine(target, Golden), recursive: true);
        }

        await File.WriteAllTextAsync(path, manifest.ToJsonString(Json), cancellationToken);
        return manifest;
    }

    private static async Task WriteJsonAsync(string path, object value, CancellationToken cancellationToken)
    {
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, value, Json, cancellationToken);
    }
}
