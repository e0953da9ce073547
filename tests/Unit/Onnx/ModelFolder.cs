using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Tests.Unit.TestModels;

namespace GourmetGram.Tests.Unit.Onnx;

/// <summary>A model folder of its own for one test, which the test may damage.</summary>
internal sealed class ModelFolder : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("model-");

    public ModelFolder(TestModel model)
    {
        Model = model;
        model.WriteTo(directory.FullName);
    }

    public TestModel Model { get; }

    public ListLogger Log { get; } = new();

    public string Path(string file) => System.IO.Path.Combine(directory.FullName, file);

    public ModelFolder EditJson(string file, Action<JsonNode> edit)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path(file)))!;
        edit(json);
        File.WriteAllText(Path(file), json.ToJsonString());
        return this;
    }

    public ModelFolder EditManifest(Action<JsonNode> edit) => EditJson("manifest.json", edit);

    /// <summary>Puts another file in the model's place, with the right hash and size: only what is inside it can be wrong.</summary>
    public ModelFolder ReplaceModel(byte[] content)
    {
        File.WriteAllBytes(Path("model.onnx"), content);
        return EditManifest(manifest =>
        {
            var variant = manifest["variants"]!["float"]!;
            variant["bytes"] = content.Length;
            variant["sha256"] = Convert.ToHexStringLower(SHA256.HashData(content));
        });
    }

    public OnnxClassifier Load(string? variant = null) => ModelLoader.Load(directory.FullName, variant, Log);

    /// <summary>Loads, expects to be refused, and gives the message.</summary>
    public string LoadRefused(string? variant = null) => Assert.Throws<ModelException>(() => Load(variant)).Message;

    public void Dispose() => directory.Delete(recursive: true);
}
