using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Onnx;

namespace GourmetGram.Tests.Unit.Onnx;

/// <summary>The bundled model against what its makers measured with another runtime: golden/cases.json in its folder.</summary>
public sealed class BundledModelTests(BundledModelTests.Models models) : IClassFixture<BundledModelTests.Models>
{
    private static readonly string Golden = Path.Combine(new ModelOptions().DirectoryPath, "golden");

    public static TheoryData<string> Cases => [.. ReadCases().Select(golden => golden.GetProperty("file").GetString()!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_float_variant_gives_the_golden_logits(string file) =>
        AssertNear(
            Numbers(Case(file), "logits"),
            models.FullPrecision.Run(Pixels(file), CancellationToken.None).Logits,
            SelfCheck.FloatTolerance
        );

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_float_variant_gives_the_golden_embedding(string file)
    {
        const double tolerance = 0.02;
        var embedding = models.FullPrecision.Run(Pixels(file), CancellationToken.None).Embedding;

        Assert.NotNull(embedding);
        Assert.Equal(models.FullPrecision.Model.EmbeddingSize, embedding.Length);
        foreach (var place in Case(file).GetProperty("embedding_largest8").EnumerateArray())
            Assert.Equal(place[1].GetDouble(), embedding[place[0].GetInt32()], tolerance);
        Assert.Equal(
            Case(file).GetProperty("embedding_norm").GetDouble(),
            Math.Sqrt(embedding.Sum(value => (double)value * value)),
            tolerance
        );
    }

    /// <summary>Holds on every processor; which of the two it does is the processor's choice only where it has no VNNI.</summary>
    [Fact]
    public void The_int8_variant_gives_all_golden_logits_or_is_refused()
    {
        OnnxClassifier quantized;
        try
        {
            quantized = ModelLoader.Load(new ModelOptions().DirectoryPath, "int8", new ListLogger());
        }
        catch (ModelException refused)
        {
            Assert.False(Processor.HasVnni, refused.Message);
            Assert.EndsWith(
                "The int8 variant is only accurate on processors with VNNI. Set Model:Variant to float.",
                refused.Message,
                StringComparison.Ordinal
            );
            return;
        }

        using (quantized)
        {
            foreach (var file in Cases.Select(one => one.Data))
                AssertNear(
                    Numbers(Case(file), "logits_int8"),
                    quantized.Run(Pixels(file), CancellationToken.None).Logits,
                    SelfCheck.Int8Tolerance
                );
        }
    }

    [Fact]
    public void Without_settings_the_bundled_model_is_used_as_its_manifest_describes_it()
    {
        var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(new ModelOptions().DirectoryPath, "manifest.json"))).RootElement;
        var variant = manifest.GetProperty("variants").GetProperty(manifest.GetProperty("default").GetString()!);
        using var classifier = ModelLoader.Load(new ModelOptions().DirectoryPath, new ModelOptions().Variant, new ListLogger());
        var model = classifier.Model;

        Assert.Equal(manifest.GetProperty("default").GetString(), model.Variant);
        Assert.Equal(
            manifest.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!),
            [.. model.Labels],
            StringComparer.Ordinal
        );
        Assert.Equal(variant.GetProperty("sha256").GetString(), model.Sha256);
        Assert.Equal(variant.GetProperty("temperature").GetDouble(), model.Temperature);
        Assert.Equal(variant.GetProperty("validation").GetProperty("photos").GetInt32(), model.Validation?.Photos);
        Assert.Equal(variant.GetProperty("validation").GetProperty("accuracy").GetDouble(), model.Validation?.Accuracy);
        Assert.Equal(variant.GetProperty("validation").GetProperty("ece").GetDouble(), model.Validation?.Ece);
    }

    [Fact]
    public async Task Runs_at_the_same_time_give_what_runs_one_after_another_give()
    {
        var pixels = ReadCases().Select(golden => Pixels(golden.GetProperty("file").GetString()!)).ToArray();
        var alone = pixels.Select(rgb => models.FullPrecision.Run(rgb, CancellationToken.None)).ToArray();

        var together = await Task.WhenAll(
            Enumerable
                .Range(0, 4 * pixels.Length)
                .Select(i => Task.Run(() => models.FullPrecision.Run(pixels[i % pixels.Length], CancellationToken.None)))
        );

        for (var i = 0; i < together.Length; i++)
        {
            Assert.Equal(alone[i % pixels.Length].Logits, together[i].Logits);
            Assert.Equal(alone[i % pixels.Length].Embedding, together[i].Embedding);
        }
    }

    [Fact]
    public void A_run_that_nobody_waits_for_is_stopped()
    {
        using var gone = new CancellationTokenSource();
        gone.Cancel();

        Assert.Throws<OperationCanceledException>(() => models.FullPrecision.Run(Pixels("landscape.jpg"), gone.Token));
    }

    [Fact]
    public void Pixels_of_another_size_are_refused()
    {
        var fault = Assert.Throws<ArgumentException>(() => models.FullPrecision.Run(new byte[100], CancellationToken.None));

        Assert.Contains("Expected 224×224×3 = 150528 bytes, found 100.", fault.Message, StringComparison.Ordinal);
    }

    private static JsonElement[] ReadCases() =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(Golden, "cases.json"))).RootElement.GetProperty("cases").EnumerateArray()];

    private static JsonElement Case(string file) => ReadCases().Single(golden => golden.GetProperty("file").GetString() == file);

    private static byte[] Pixels(string file) => File.ReadAllBytes(Path.Combine(Golden, Case(file).GetProperty("pixels").GetString()!));

    private static double[] Numbers(JsonElement golden, string field) =>
        [.. golden.GetProperty(field).EnumerateArray().Select(number => number.GetDouble())];

    private static void AssertNear(double[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }

    public sealed class Models : IDisposable
    {
        private readonly OnnxClassifier fullPrecision = ModelLoader.Load(new ModelOptions().DirectoryPath, "float", new ListLogger());

        public IClassifier FullPrecision => fullPrecision;

        public void Dispose() => fullPrecision.Dispose();
    }
}
