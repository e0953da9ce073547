using System.Text.Json;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Tests.Unit.TestModels;
using Microsoft.ML.OnnxRuntime;

namespace GourmetGram.Tests.Unit.Onnx;

public sealed class OnnxHeadTests
{
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData("float")]
    [InlineData("int8")]
    public void A_session_with_another_head_gives_the_logits_of_that_head(string variant)
    {
        var artifact = ModelArtifact.Read(new ModelOptions().DirectoryPath, variant);
        if (!IsAccurateHere(variant))
            return;
        var head = OnnxHead.Find(artifact);
        var random = new Random(5);
        var other = new LinearHead(
            head.Head.Classes,
            head.Head.Dimension,
            [.. head.Head.Weights.Select(weight => weight + (0.05f * random.NextSingle()))],
            [.. head.Head.Biases.Select(bias => bias - random.NextSingle())]
        );

        var file = head.With(other);

        Assert.Equal(artifact.Content.Length, file.Length);
        Assert.NotEqual(artifact.Content, file);
        AssertLogits(artifact, file, other);
        AssertLogits(artifact, artifact.Content, head.Head);
        Assert.Equal(artifact.Content, head.With(head.Head));
    }

    [Fact]
    public void A_head_of_another_size_is_refused()
    {
        var head = OnnxHead.Find(ModelArtifact.Read(new ModelOptions().DirectoryPath, "float"));
        Assert.Throws<ArgumentException>(() => head.With(new LinearHead(2, 2, [1, 2, 3, 4], [0, 0])));
    }

    [Fact]
    public void The_head_of_any_model_with_a_named_head_is_read()
    {
        using var folder = WithHead(new ModelFolder(new TestModel()));
        var head = OnnxHead.Find(ModelArtifact.Read(folder.Path(""), null)).Head;

        Assert.Equal([2f, 0, 0, 0, 2, 0, 0, 0, 2], [.. head.Weights]);
        Assert.Equal([0f, -0.25f, -0.5f], [.. head.Biases]);
    }

    [Theory]
    [InlineData("head.weight", "head.other", "0 initialisers named 'head.other'")]
    [InlineData("head.weight", "head.bias", "not used exactly once")]
    public void A_name_that_is_not_the_head_is_refused(string name, string other, string found)
    {
        using var folder = WithHead(new ModelFolder(new TestModel()), weight: name == "head.weight" ? other : "head.weight");
        Assert.Contains(found, Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_a_named_head_or_embedding_is_refused()
    {
        using var unnamed = new ModelFolder(new TestModel());
        Assert.Contains("found no 'head' in manifest.json", Refusal(unnamed), StringComparison.Ordinal);
        using var closed = WithHead(new ModelFolder(new TestModel { HasEmbedding = false }));
        Assert.Contains("found no embedding in manifest.json", Refusal(closed), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Gemm", "Gelu", "no plain Gemm")]
    [InlineData("transB", "transA", "no plain Gemm")]
    [InlineData("embedding", "embeddinq", "no plain Gemm")]
    public void Another_operation_is_refused(string text, string other, string found)
    {
        using var folder = WithHead(new ModelFolder(new TestModel()));
        folder.ReplaceModel(ModelSurgery.Replace(File.ReadAllBytes(folder.Path("model.onnx")), text, other));
        Assert.Contains(found, Refusal(folder), StringComparison.Ordinal);
        Assert.EndsWith("This model's head cannot be replaced; import a whole model.", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_model_is_refused()
    {
        using var folder = WithHead(new ModelFolder(new TestModel()));
        var whole = File.ReadAllBytes(folder.Path("model.onnx"));
        foreach (var content in new[] { whole[..^20], [.. whole, .. whole], [0xFF, 0xFF, 0xFF], "not a model"u8.ToArray() })
        {
            folder.ReplaceModel(content);
            Assert.EndsWith("import a whole model.", Refusal(folder), StringComparison.Ordinal);
        }
    }

    private static string Refusal(ModelFolder folder) =>
        Assert.Throws<ModelException>(() => OnnxHead.Find(ModelArtifact.Read(folder.Path(""), null))).Message;

    private static ModelFolder WithHead(ModelFolder folder, string weight = "head.weight") =>
        folder.EditManifest(manifest =>
            manifest["head"] = new System.Text.Json.Nodes.JsonObject { ["weight"] = weight, ["bias"] = "head.bias" }
        );

    /// <summary>The int8 variant answers otherwise on a processor without VNNI, and then it is not used.</summary>
    private static bool IsAccurateHere(string variant)
    {
        try
        {
            ModelLoader.Load(new ModelOptions().DirectoryPath, variant, new ListLogger()).Dispose();
            return true;
        }
        catch (ModelException e) when (variant == "int8")
        {
            Assert.False(Processor.HasVnni, e.Message);
            return false;
        }
    }

    private static void AssertLogits(ModelArtifact artifact, byte[] file, LinearHead head)
    {
        using var session = new InferenceSession(file);
        using var classifier = new OnnxClassifier(session, artifact.Manifest, artifact.Describe(head.Dimension));
        var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(artifact.Directory, "golden", "cases.json"))).RootElement;
        var cases = golden.GetProperty("cases").EnumerateArray().Select(one => one.GetProperty("pixels").GetString()!).ToList();
        Assert.NotEmpty(cases);
        foreach (var pixels in cases)
        {
            var answer = classifier.Run(File.ReadAllBytes(Path.Combine(artifact.Directory, "golden", Path.GetFileName(pixels))), default);
            var logits = new float[head.Classes];
            head.Logits(answer.Embedding, logits);
            Assert.All(answer.Logits.Zip(logits), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
        }
    }
}
