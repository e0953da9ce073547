using System.Text.Json.Nodes;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Tests.Unit.TestModels;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Tests.Unit.Onnx;

public sealed class ModelLoaderTests
{
    private const double Tolerance = 1e-4;

    [Fact]
    public void A_model_of_other_classes_and_another_size_answers_as_its_weights_say()
    {
        using var folder = new ModelFolder(new TestModel());
        using var classifier = folder.Load();

        var output = classifier.Run(folder.Model.Paint(10, 200, 90), CancellationToken.None);

        AssertNear(folder.Model.LogitsOf(10, 200, 90), output.Logits);
        AssertNear(TestModel.EmbeddingOf(10, 200, 90), output.Embedding);
        Assert.Equal(["Red", "Green", "Blue"], classifier.Model.Labels);
        Assert.Equal((32, 24), (classifier.Model.InputWidth, classifier.Model.InputHeight));
        Assert.Equal(3, classifier.Model.EmbeddingSize);
        Assert.Null(classifier.Model.Validation);
        Assert.DoesNotContain(folder.Log.Entries, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public void A_model_that_gives_logits_only_is_welcome()
    {
        using var folder = new ModelFolder(new TestModel { HasEmbedding = false });
        using var classifier = folder.Load();

        var output = classifier.Run(folder.Model.Paint(0, 0, 255), CancellationToken.None);

        AssertNear(folder.Model.LogitsOf(0, 0, 255), output.Logits);
        Assert.Null(output.Embedding);
        Assert.Null(classifier.Model.EmbeddingSize);
        Assert.DoesNotContain(folder.Log.Entries, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public void An_embedding_that_the_model_lacks_is_switched_off_with_a_warning()
    {
        using var folder = new ModelFolder(new TestModel { HasEmbedding = false }).EditManifest(manifest =>
            manifest["outputs"]!["embedding"] = "embedding"
        );
        using var classifier = folder.Load();

        Assert.Null(classifier.Model.EmbeddingSize);
        Assert.Null(classifier.Run(folder.Model.Paint(1, 2, 3), CancellationToken.None).Embedding);
        var warning = Assert.Single(folder.Log.Entries, entry => entry.Level == LogLevel.Warning).Message;
        Assert.Contains($"{folder.Path("model.onnx")} has no output 'embedding'", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void The_model_tells_the_size_of_an_embedding_that_the_manifest_leaves_open()
    {
        using var folder = new ModelFolder(new TestModel()).EditManifest(manifest =>
            manifest["outputs"]!.AsObject().Remove("embedding_size")
        );
        using var classifier = folder.Load();

        Assert.Equal(3, classifier.Model.EmbeddingSize);
    }

    [Fact]
    public void Without_a_golden_case_the_log_says_that_nothing_was_checked()
    {
        using var folder = new ModelFolder(new TestModel { HasGolden = false });
        using var classifier = folder.Load();

        var warning = Assert.Single(folder.Log.Entries, entry => entry.Level == LogLevel.Warning).Message;
        Assert.Contains("has no golden cases for it", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_refused()
    {
        using var folder = new ModelFolder(new TestModel());

        var refused = Assert.Throws<ModelException>(() => ModelLoader.Load(folder.Path("elsewhere"), variant: null, folder.Log));

        Assert.Equal(
            $"{folder.Path("elsewhere")}: expected a model folder, found no such folder. " + $"Set Model:Directory to a model folder.",
            refused.Message
        );
    }

    [Fact]
    public void A_folder_without_a_manifest_is_refused()
    {
        using var folder = new ModelFolder(new TestModel());
        File.Delete(folder.Path("manifest.json"));

        Assert.StartsWith(
            $"{folder.Path("manifest.json")}: expected the model's manifest, found no such file.",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_manifest_that_is_no_json_is_refused()
    {
        using var folder = new ModelFolder(new TestModel());
        File.WriteAllText(folder.Path("manifest.json"), "{ \"name\": ");

        var message = folder.LoadRefused();

        Assert.StartsWith($"{folder.Path("manifest.json")}: expected a manifest in JSON, found ", message, StringComparison.Ordinal);
        Assert.Contains("LineNumber: 0", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"labels": null}""")]
    [InlineData("""{"labels": ["a", null]}""")]
    [InlineData("""{"variants": {"float": null}}""")]
    [InlineData("""{"input": {"width": "wide"}}""")]
    public void A_manifest_of_another_shape_is_refused(string json)
    {
        using var folder = new ModelFolder(new TestModel());
        File.WriteAllText(folder.Path("manifest.json"), json);

        Assert.StartsWith($"{folder.Path("manifest.json")}: expected a", folder.LoadRefused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_missing_field_is_named()
    {
        using var folder = new ModelFolder(new TestModel());
        File.WriteAllText(folder.Path("manifest.json"), """{"variants": {"float": {}}}""");

        var message = folder.LoadRefused();

        string[] fields =
        [
            "name",
            "version",
            "default",
            "variants.float.file",
            "variants.float.bytes",
            "variants.float.sha256",
            "variants.float.temperature",
            "input.name",
            "input.type",
            "input.layout",
            "input.width",
            "input.height",
            "input.color",
            "input.resize",
            "input.filter",
            "input.scale",
            "input.mean",
            "input.std",
            "outputs.logits",
            "labels",
        ];
        Assert.All(fields, field => Assert.Contains($" {field} missing (expected ", message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("layout", "NHWC", "input.layout 'NHWC' (expected NCHW)")]
    [InlineData("color", "BGR", "input.color 'BGR' (expected RGB)")]
    [InlineData("resize", "crop", "input.resize 'crop' (expected squash)")]
    [InlineData("filter", "lanczos", "input.filter 'lanczos' (expected triangle-antialias)")]
    [InlineData("type", "uint8", "input.type 'uint8' (expected float32)")]
    public void An_input_that_is_not_supported_is_refused(string field, string value, string found)
    {
        using var folder = new ModelFolder(new TestModel()).EditManifest(manifest => manifest["input"]![field] = value);

        Assert.StartsWith(
            $"{folder.Path("manifest.json")}: expected a complete manifest, found {found}. ",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void One_class_is_too_few()
    {
        using var folder = new ModelFolder(new TestModel { Labels = ["Red"] });

        Assert.Contains("labels 'Red' (expected at least two names)", folder.LoadRefused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "labels[1] \"\" (expected a name with visible characters)")]
    [InlineData(" ", "labels[1] \" \" (expected a name with visible characters)")]
    [InlineData("\u200B", "labels[1] \"\u200B\" (expected a name with visible characters)")]
    [InlineData("Red\n", """labels[1] "Red\n" (expected no line break, control character or invalid character)""")]
    [InlineData("Dark\r\nred", """labels[1] "Dark\r\nred" (expected no line break, control character or invalid character)""")]
    [InlineData("Dark\u2028red", """labels[1] "Dark\u2028red" (expected no line break, control character or invalid character)""")]
    [InlineData("Dark\0red", """labels[1] "Dark\u0000red" (expected no line break, control character or invalid character)""")]
    [InlineData("Green ", """labels[1] "Green " (expected no space at its start or end)""")]
    [InlineData("\u3000Green", "(expected no space at its start or end)")]
    [InlineData("\uFEFFGreen", "(expected no space at its start or end)")]
    [InlineData("Rosé", """labels[1] "Rosé" (expected a different name from labels[0], "Rosé")""")]
    [InlineData("Rose\u0301", "(expected a different name from labels[0], \"Rosé\")")]
    [InlineData("ROSÉ", """labels[1] "ROSÉ" (expected a different name from labels[0], "Rosé")""")]
    public void A_name_that_people_cannot_read_type_or_tell_from_another_is_refused(string label, string found)
    {
        using var folder = new ModelFolder(new TestModel { Labels = ["Rosé", label, "Blue"] });

        var message = folder.LoadRefused();

        Assert.Contains(found, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_name_that_is_no_Unicode_is_refused()
    {
        using var folder = new ModelFolder(new TestModel());
        var manifest = File.ReadAllText(folder.Path("manifest.json"));
        File.WriteAllText(folder.Path("manifest.json"), manifest.Replace("\"Green\"", "\"\\ud83c\"", StringComparison.Ordinal));

        Assert.StartsWith($"{folder.Path("manifest.json")}: expected a", folder.LoadRefused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_spelled_in_one_way_whatever_the_manifest_does()
    {
        using var folder = new ModelFolder(new TestModel { Labels = ["Cafe\u0301", "寿司", "и\u0306"] });
        using var classifier = folder.Load();

        Assert.Equal(["Caf\u00E9", "寿司", "й"], classifier.Model.Labels);
    }

    [Fact]
    public void A_file_outside_the_folder_is_refused()
    {
        using var folder = new ModelFolder(new TestModel()).EditManifest(manifest =>
            manifest["variants"]!["float"]!["file"] = "../model.onnx"
        );

        Assert.Contains(
            "variants.float.file '../model.onnx' (expected the name of a file in this folder)",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_variant_that_the_model_does_not_have_is_refused()
    {
        using var folder = new ModelFolder(new TestModel());

        Assert.Equal(
            $"{folder.Path("manifest.json")}: expected the variant 'int8' set in Model:Variant, found 'float'. "
                + "Set Model:Variant to a variant of this model, or leave it empty.",
            folder.LoadRefused("int8")
        );
    }

    [Fact]
    public void A_missing_file_is_refused()
    {
        using var folder = new ModelFolder(new TestModel());
        File.Delete(folder.Path("model.onnx"));

        Assert.StartsWith(
            $"{folder.Path("model.onnx")}: expected the file of the variant 'float', found no such file.",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        using var folder = new ModelFolder(new TestModel());
        var whole = File.ReadAllBytes(folder.Path("model.onnx"));
        File.WriteAllBytes(folder.Path("model.onnx"), whole[..100]);

        Assert.StartsWith(
            $"{folder.Path("model.onnx")}: expected {whole.Length} bytes as in manifest.json, found 100.",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_file_with_another_hash_is_refused()
    {
        using var folder = new ModelFolder(new TestModel());
        var content = File.ReadAllBytes(folder.Path("model.onnx"));
        content[^1] ^= 1;
        File.WriteAllBytes(folder.Path("model.onnx"), content);

        Assert.StartsWith($"{folder.Path("model.onnx")}: expected SHA-256 ", folder.LoadRefused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_model_is_refused()
    {
        using var folder = new ModelFolder(new TestModel()).ReplaceModel("not a model"u8.ToArray());

        Assert.StartsWith(
            $"{folder.Path("model.onnx")}: expected an ONNX model, found one that cannot be loaded (",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_model_without_the_named_input_is_refused()
    {
        using var folder = new ModelFolder(new TestModel()).EditManifest(manifest => manifest["input"]!["name"] = "photo");

        Assert.StartsWith(
            $"{folder.Path("model.onnx")}: expected one input 'photo', found inputs 'image'.",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_model_of_another_input_size_is_refused()
    {
        using var folder = new ModelFolder(new TestModel()).EditManifest(manifest => manifest["input"]!["width"] = 33);

        Assert.StartsWith(
            $"{folder.Path("model.onnx")}: expected input 'image' as Float N×3×24×33, found Float N×3×24×32.",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_model_without_the_named_logits_is_refused()
    {
        using var folder = new ModelFolder(new TestModel()).EditManifest(manifest => manifest["outputs"]!["logits"] = "scores");

        Assert.StartsWith(
            $"{folder.Path("model.onnx")}: expected an output 'scores' for the logits, found outputs 'logits', 'embedding'.",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_manifest_with_too_few_labels_is_refused()
    {
        using var folder = new ModelFolder(new TestModel()).EditManifest(manifest => manifest["labels"]!.AsArray().RemoveAt(2));

        Assert.StartsWith(
            $"{folder.Path("model.onnx")}: expected output 'logits' for the 2 labels as Float N×2, found Float N×3.",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_embedding_of_another_size_is_refused()
    {
        using var folder = new ModelFolder(new TestModel()).EditManifest(manifest => manifest["outputs"]!["embedding_size"] = 1280);

        Assert.StartsWith(
            $"{folder.Path("model.onnx")}: expected output 'embedding' for the embedding as Float N×1280, found Float N×3.",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(0, "orange")]
    [InlineData(1, "green")]
    public void A_model_that_misses_any_of_its_golden_cases_is_refused(int at, string name)
    {
        using var folder = new ModelFolder(new TestModel());
        Miss(folder, "logits", at, 0.03f);

        Assert.Equal(
            $"{folder.Path("model.onnx")}: expected logits within 0.02 of its 2 golden cases, found 1 that differ more, "
                + $"by up to 0.03 ({folder.Path($"golden/{name}.pixels.bin")}). "
                + "The model's answers differ from its golden cases. Copy the model folder again, or regenerate its golden cases.",
            folder.LoadRefused()
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_int8_variant_that_misses_any_case_is_refused_with_the_way_out(int at)
    {
        using var folder = new ModelFolder(new TestModel { HasInt8 = true });
        Miss(folder, "logits_int8", at, -0.4f);

        var message = folder.LoadRefused("int8");

        Assert.Contains(
            "expected logits within 0.3 of its 2 golden cases, found 1 that differ more, by up to 0.4 (",
            message,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            ". The int8 variant is only accurate on processors with VNNI. Set Model:Variant to float.",
            message,
            StringComparison.Ordinal
        );
        using var whole = folder.Load("float");
        Assert.Equal("float", whole.Model.Variant);
    }

    [Fact]
    public void An_int8_variant_that_is_all_there_is_is_refused_with_another_way_out()
    {
        using var folder = new ModelFolder(new TestModel { HasInt8 = true }).EditManifest(manifest =>
        {
            manifest["default"] = "int8";
            manifest["variants"]!.AsObject().Remove("float");
        });
        Miss(folder, "logits_int8", 1, 0.4f);

        Assert.EndsWith(
            "only accurate on processors with VNNI. Use another processor, or a model with a float variant.",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_int8_variant_that_nothing_can_show_to_be_right_is_refused(bool list)
    {
        using var folder = new ModelFolder(new TestModel { HasInt8 = true });
        if (list)
            folder.EditJson("golden/cases.json", golden =>
                golden["cases"]!.AsArray().ToList().ForEach(one => one!.AsObject().Remove("logits_int8"))
            );
        else
            Directory.Delete(folder.Path("golden"), recursive: true);

        Assert.Equal(
            $"{folder.Path("golden/cases.json")}: expected golden cases with logits_int8, found none. "
                + $"They are needed to check that this processor runs the int8 variant correctly. "
                + "Copy the folder 'golden' again, or set Model:Variant to float.",
            folder.LoadRefused("int8")
        );
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"cases": [null]}""")]
    public void A_list_without_cases_is_as_good_as_none(string list)
    {
        using var folder = new ModelFolder(new TestModel());
        File.WriteAllText(folder.Path("golden/cases.json"), list);
        using var classifier = folder.Load();

        Assert.Contains(folder.Log.Entries, entry =>
            entry.Level == LogLevel.Warning && entry.Message.Contains("has no golden cases", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_golden_case_of_another_number_of_classes_is_refused()
    {
        using var folder = new ModelFolder(new TestModel());
        folder.EditJson("golden/cases.json", golden => golden["cases"]![1]!["logits"]!.AsArray().RemoveAt(0));

        Assert.StartsWith(
            $"{folder.Path("golden/green.pixels.bin")}: expected 3 logits, found 2.",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_golden_case_without_its_pixels_is_refused()
    {
        using var folder = new ModelFolder(new TestModel());
        File.Delete(folder.Path("golden/orange.pixels.bin"));

        Assert.StartsWith(
            $"{folder.Path("golden/orange.pixels.bin")}: expected 2304 bytes of pixels, found no such file.",
            folder.LoadRefused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Weights_that_give_no_numbers_are_refused_without_a_golden_case_too()
    {
        float[][] weight =
        [
            [1, 0, 0],
            [0, float.NaN, 0],
            [0, 0, 1],
        ];
        using var folder = new ModelFolder(new TestModel { HasGolden = false }).ReplaceModel(
            OnnxModelWriter.Write(32, 24, weight, [0, 0, 0], withEmbedding: true)
        );

        Assert.StartsWith($"{folder.Path("model.onnx")}: expected finite logits, found [", folder.LoadRefused(), StringComparison.Ordinal);
    }

    /// <summary>Changes what a golden case expects, as a processor changes what a model answers.</summary>
    private static void Miss(ModelFolder folder, string field, int at, float by) => folder.EditJson("golden/cases.json", golden =>
        {
            JsonNode expected = golden["cases"]![at]![field]!;
            expected[1] = expected[1]!.GetValue<float>() + by;
        });

    private static void AssertNear(float[] expected, float[]? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], Tolerance);
    }
}
