using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Keeps imported models in bucket <c>models</c> under <c>{version}/</c>, and a copy of those that served here in folder <c>models</c> of
/// the data directory.
/// </summary>
internal sealed class ModelFiles(IObjectStore store, DataDirectory data) : IModelFiles
{
    private const string Folder = "models";
    private const string ReportName = "metrics.json";
    private const int LargestReport = 1 << 20;
    private const string MediaType = "application/octet-stream";

    public async Task KeepAsync(string directory, string version, CancellationToken cancellationToken)
    {
        // The manifest comes last: a folder without it is not complete.
        var paths = Directory
            .EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(directory, path).Replace(Path.DirectorySeparatorChar, '/'))
            .OrderBy(path => path == ModelManifest.FileName)
            .ThenBy(path => path, StringComparer.Ordinal);
        foreach (var path in paths)
        {
            await using var content = File.OpenRead(Path.Combine(directory, path));
            await store.PutAsync(new ObjectAddress(Buckets.Models, $"{version}/{path}"), content, MediaType, cancellationToken);
        }
    }

    public async Task<string?> ReadReportAsync(string directory, CancellationToken cancellationToken)
    {
        var file = new FileInfo(Path.Combine(directory, ReportName));
        if (!file.Exists)
            return null;
        if (file.Length > LargestReport)
            throw new UnusableModelException($"{ReportName} has {file.Length} bytes; at most {LargestReport} are kept. Shorten it.");
        var text = await File.ReadAllTextAsync(file.FullName, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? text
                : throw new UnusableModelException($"{ReportName} is not a JSON object. Correct it, or leave it out.");
        }
        catch (JsonException e)
        {
            throw new UnusableModelException($"{ReportName} is not JSON: {e.Message} Correct it, or leave it out.", e);
        }
    }

    public async Task<string> FetchAsync(RegisteredModel model, CancellationToken cancellationToken)
    {
        // The hash in the name keeps apart models of different databases that this folder has seen.
        var target = Path.Combine(data.FullPath, Folder, $"{model.Version}-{model.Model.Sha256[..12]}");
        if (File.Exists(Path.Combine(target, ModelManifest.FileName)))
            return target;
        var partial = $"{target}.partial";
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        var prefix = $"{model.Version}/";
        var keys = new List<string>();
        await foreach (var item in store.ListAsync(Buckets.Models, prefix, cancellationToken))
            keys.Add(item.Key);
        if (!keys.Contains(prefix + ModelManifest.FileName))
            throw new NotFoundException($"The folder of model {model.Version} in bucket {Buckets.Models}");
        foreach (var key in keys)
        {
            var path = Path.Combine(partial, key[prefix.Length..].Replace('/', Path.DirectorySeparatorChar));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var source = await store.OpenReadAsync(new ObjectAddress(Buckets.Models, key), cancellationToken);
            await using var copy = File.Create(path);
            await source.CopyToAsync(copy, cancellationToken);
        }

        // The folder appears under its name only when it is complete.
        if (Directory.Exists(target))
            Directory.Delete(target, recursive: true);
        Directory.Move(partial, target);
        return target;
    }
}
