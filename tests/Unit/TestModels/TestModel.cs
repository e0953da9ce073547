using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace GourmetGram.Tests.Unit.TestModels;

/// <summary>
/// A model folder whose answers can be told by looking: class k is strong where channel k mod 3 (red, green, blue) is bright, and of equals
/// the first class wins. A painted photo of one colour has that colour as its mean at every size, so such a photo can be sent through the
/// whole program.
/// </summary>
internal sealed record TestModel
{
    private const double Mean = 0.5;
    private const double Deviation = 0.25;
    private const float Gain = 2;
    private const float Step = 0.25f;

    public string[] Labels { get; init; } = ["Red", "Green", "Blue"];

    /// <summary>Not the size of the bundled model, and not square, so that no size and no order of sizes can be hard-coded.</summary>
    public int Width { get; init; } = 32;

    public int Height { get; init; } = 24;

    /// <summary>Whether model and manifest have the embedding: the three normalised mean channels.</summary>
    public bool HasEmbedding { get; init; } = true;

    /// <summary>Whether the folder holds golden cases: one orange photo, one green.</summary>
    public bool HasGolden { get; init; } = true;

    /// <summary>
    /// Whether there is a variant <c>int8</c> too: the same file under another name of variant, so that it answers alike on every
    /// processor.
    /// </summary>
    public bool HasInt8 { get; init; }

    /// <summary>What is wrong with the file; null for nothing. Manifest and golden cases stay as they are.</summary>
    public ModelFault? Fault { get; init; }

    public string Name { get; init; } = "colours";

    public string Version { get; init; } = "1";

    public double Temperature { get; init; } = 0.5;

    /// <summary>Writes the whole folder.</summary>
    /// <returns>The folder.</returns>
    public string WriteTo(string directory)
    {
        Directory.CreateDirectory(directory);
        var model = OnnxModelWriter.Write(
            Width,
            Height,
            [.. Labels.Select((_, k) => Enumerable.Range(0, 3).Select(channel => channel == k % 3 ? Gain : 0).ToArray())],
            [.. Labels.Select((_, k) => -Step * k)],
            HasEmbedding,
            Fault
        );
        File.WriteAllBytes(Path.Combine(directory, "model.onnx"), model);
        File.WriteAllText(Path.Combine(directory, "manifest.json"), Manifest(model).ToJsonString());
        if (HasGolden)
            WriteGolden(Path.Combine(directory, "golden"));
        return directory;
    }

    /// <summary>Pixels of a photo of one colour, as the classifier takes them.</summary>
    public byte[] Paint(byte red, byte green, byte blue)
    {
        var pixels = new byte[Width * Height * 3];
        for (var at = 0; at < pixels.Length; at += 3)
            (pixels[at], pixels[at + 1], pixels[at + 2]) = (red, green, blue);
        return pixels;
    }

    /// <summary>What the embedding of a photo with this mean colour is.</summary>
    public static float[] EmbeddingOf(byte red, byte green, byte blue) =>
        [.. new[] { red, green, blue }.Select(value => (float)(((value / 255.0) - Mean) / Deviation))];

    /// <summary>What the logits of a photo with this mean colour are.</summary>
    public float[] LogitsOf(byte red, byte green, byte blue)
    {
        var colour = EmbeddingOf(red, green, blue);
        return [.. Labels.Select((_, k) => (Gain * colour[k % 3]) - (Step * k))];
    }

    private JsonObject Manifest(byte[] model) =>
        new()
        {
            ["name"] = Name,
            ["version"] = Version,
            ["default"] = "float",
            ["variants"] = HasInt8
                ? new JsonObject { ["float"] = Variant(model), ["int8"] = Variant(model) }
                : new JsonObject { ["float"] = Variant(model) },
            ["input"] = new JsonObject
            {
                ["name"] = "image",
                ["type"] = "float32",
                ["layout"] = "NCHW",
                ["width"] = Width,
                ["height"] = Height,
                ["color"] = "RGB",
                ["resize"] = "squash",
                ["filter"] = "triangle-antialias",
                ["scale"] = 1 / 255.0,
                ["mean"] = new JsonArray(Mean, Mean, Mean),
                ["std"] = new JsonArray(Deviation, Deviation, Deviation),
            },
            ["outputs"] = HasEmbedding
                ? new JsonObject
                {
                    ["logits"] = "logits",
                    ["embedding"] = "embedding",
                    ["embedding_size"] = 3,
                }
                : new JsonObject { ["logits"] = "logits" },
            ["labels"] = new JsonArray([.. Labels.Select(label => JsonValue.Create(label))]),
        };

    private JsonObject Variant(byte[] model) =>
        new()
        {
            ["file"] = "model.onnx",
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(model)),
            ["bytes"] = model.Length,
            ["temperature"] = Temperature,
        };

    private void WriteGolden(string directory)
    {
        Directory.CreateDirectory(directory);
        var golden = new JsonObject
        {
            ["cases"] = new JsonArray(Golden(directory, "orange", 250, 140, 20), Golden(directory, "green", 40, 180, 60)),
        };
        File.WriteAllText(Path.Combine(directory, "cases.json"), golden.ToJsonString());
    }

    private JsonObject Golden(string directory, string name, byte red, byte green, byte blue)
    {
        File.WriteAllBytes(Path.Combine(directory, $"{name}.pixels.bin"), Paint(red, green, blue));
        var golden = new JsonObject
        {
            ["file"] = $"{name}.png",
            ["pixels"] = $"{name}.pixels.bin",
            ["logits"] = Logits(),
        };
        if (HasInt8)
            golden["logits_int8"] = Logits();
        return golden;

        JsonArray Logits() => new([.. LogitsOf(red, green, blue).Select(logit => JsonValue.Create(logit))]);
    }
}
