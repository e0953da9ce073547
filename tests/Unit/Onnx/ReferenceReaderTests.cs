using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Tests.Unit.TestModels;
using Microsoft.Extensions.Options;

namespace GourmetGram.Tests.Unit.Onnx;

public sealed class ReferenceReaderTests
{
    [Fact]
    public void The_bundled_model_has_its_reference_set()
    {
        var reference = Read(new ModelOptions())!;

        Assert.Equal(1430, reference.Replay.Length);
        Assert.Equal(550, reference.Holdout.Length);
        Assert.All(reference.Replay.CountBy(photo => photo.Class), count => Assert.Equal(130, count.Value));
        Assert.All(reference.Holdout.CountBy(photo => photo.Class), count => Assert.Equal(50, count.Value));
        Assert.All(reference.Replay.Concat(reference.Holdout), photo => Assert.Equal(1280, photo.Embedding.Length));
        Assert.Equal(1980, reference.Replay.Concat(reference.Holdout).Select(photo => photo.Group).Distinct().Count());
        var artifact = ModelArtifact.Read(new ModelOptions().DirectoryPath, "float");
        Assert.All(reference.Replay.Concat(reference.Holdout), photo => Assert.Equal(artifact.Variant.Sha256, photo.Backbone));
    }

    [Fact]
    public void A_model_without_a_reference_set_has_none()
    {
        using var folder = new ModelFolder(new TestModel());
        Assert.Null(Read(OptionsOf(folder)));
    }

    [Fact]
    public async Task A_reference_set_of_another_model_or_with_changes_is_refused()
    {
        using var folder = new ModelFolder(new TestModel());
        await WriteAsync(folder, labels: [0, 2], numbers: [1, 2, 3, 4, 5, 6]);
        Assert.Equal([4f, 5, 6], [.. Read(OptionsOf(folder))!.Replay[1].Embedding]);

        await WriteAsync(folder, labels: [0, 3], numbers: [1, 2, 3, 4, 5, 6]);
        Assert.Contains("replay_labels has a label outside the 3 classes", Refusal(folder), StringComparison.Ordinal);
        await WriteAsync(folder, labels: [0, 2], numbers: [1, 2, 3, 4, 5, float.NaN]);
        Assert.Contains("replay_embeddings has numbers that are not finite", Refusal(folder), StringComparison.Ordinal);
        await WriteAsync(folder, labels: [0, 2], numbers: [1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Contains("has the shape [2, 4] instead of [2, 3]", Refusal(folder), StringComparison.Ordinal);

        var content = File.ReadAllBytes(folder.Path("reference.safetensors"));
        content[^1] ^= 1;
        File.WriteAllBytes(folder.Path("reference.safetensors"), content);
        Assert.Contains("as in manifest.json", Refusal(folder), StringComparison.Ordinal);
        File.Delete(folder.Path("reference.safetensors"));
        Assert.Contains("found no such file", Refusal(folder), StringComparison.Ordinal);
        folder.EditManifest(manifest => manifest["reference"]!["file"] = "../reference.safetensors");
        Assert.Contains("reference.file '../reference.safetensors'", Refusal(folder), StringComparison.Ordinal);
    }

    private static async Task WriteAsync(ModelFolder folder, byte[] labels, float[] numbers)
    {
        using var file = new MemoryStream();
        await SafeTensorsWriter.WriteAsync(
            file,
            [
                TensorContent.Of("replay_labels", labels),
                TensorContent.Of("replay_embeddings", numbers, labels.Length, numbers.Length / labels.Length),
                TensorContent.Of("holdout_labels", labels),
                TensorContent.Of("holdout_embeddings", [1f, 2, 3, 4, 5, 6], 2, 3),
            ],
            new Dictionary<string, string>(),
            TestContext.Current.CancellationToken
        );
        await File.WriteAllBytesAsync(folder.Path("reference.safetensors"), file.ToArray(), TestContext.Current.CancellationToken);
        folder.EditManifest(manifest =>
            manifest["reference"] = new JsonObject
            {
                ["file"] = "reference.safetensors",
                ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(file.ToArray())),
            }
        );
    }

    private static string Refusal(ModelFolder folder) => Assert.Throws<UnusableModelException>(() => Read(OptionsOf(folder))).Message;

    private static ModelOptions OptionsOf(ModelFolder folder) => new() { Directory = Path.GetDirectoryName(folder.Path("manifest.json"))! };

    private static ReferencePhotos? Read(ModelOptions options) => new ReferenceReader(Options.Create(options)).Read();
}
