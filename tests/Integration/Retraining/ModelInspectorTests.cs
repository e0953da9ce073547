using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Unit.TestModels;
using Microsoft.Extensions.Options;

namespace GourmetGram.Tests.Integration.Retraining;

/// <summary>
/// Model folders from elsewhere, most of them hostile. Each is checked by a process that this one starts, so that this one reports the
/// result whatever the file does.
/// </summary>
public sealed class ModelInspectorTests : IDisposable
{
    private static readonly TestModel Good = new() { Name = "foreign", Version = "7" };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("foreign-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Installed => Path.Combine(folder.FullName, "installed");

    private string Foreign => Path.Combine(folder.FullName, "foreign");

    private string Model => Path.Combine(Foreign, "model.onnx");

    public ModelInspectorTests() => new TestModel().WriteTo(Installed);

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_good_model_passes_and_is_described()
    {
        Good.WriteTo(Foreign);
        var expected = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Model, Cancel)));

        var result = await InspectAsync();

        Assert.True(result.Passed, result.Fault);
        Assert.Null(result.Fault);
        Assert.Equal(("foreign", "7", "float", expected), (result.Name, result.Version, result.Variant, result.Sha256));
        Assert.Equal(["Red", "Green", "Blue"], result.Labels);
        Assert.Equal((0.5, 3), (result.Temperature, result.EmbeddingSize));
        Assert.False(result.HasReplaceableHead);
        Assert.InRange(result.Milliseconds!.Value, 0, 1000);
        Assert.InRange(result.Megabytes!.Value, 10, 1024);
    }

    [Fact]
    public async Task The_bundled_model_passes_and_its_head_can_be_replaced()
    {
        var bundled = new ModelOptions();
        var result = await new ModelInspector(Options.Create(bundled), TimeProvider.System).InspectAsync(bundled.DirectoryPath, Cancel);

        Assert.True(result.Passed, result.Fault);
        Assert.True(result.HasReplaceableHead);
        Assert.Equal(1280, result.EmbeddingSize);
    }

    [Fact]
    public Task A_truncated_file_is_refused() =>
        RefusedAsync(Good, () => Replace(model => model[..^30]), "expected an ONNX model, found a file that is not one: field 7 claims");

    [Fact]
    public Task A_file_that_claims_two_gigabytes_is_refused() =>
        // Field 7, the graph, with the length 2³¹ − 1.
        RefusedAsync(
            Good,
            () => Replace(_ => [8, 8, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 7, 1]),
            "field 7 claims 2147483647 bytes, but only 1 follow"
        );

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("weights.bin")]
    public Task Weights_in_another_file_are_refused(string file) =>
        RefusedAsync(
            Good with
            {
                Fault = new ModelFault { ExternalFile = file },
            },
            () => File.WriteAllBytes(Path.Combine(Foreign, "weights.bin"), new byte[36]),
            $"expected all weights in the file, found 'head.weight' in the external file '{file}'"
        );

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("golden")]
    public Task A_symbolic_link_is_refused(string name) =>
        RefusedAsync(
            Good,
            () =>
            {
                var path = Path.Combine(Foreign, name);
                var elsewhere = Path.Combine(folder.FullName, $"elsewhere-{name}");
                Directory.Move(path, elsewhere);
                File.CreateSymbolicLink(path, elsewhere);
            },
            "expected a file, found a link to"
        );

    [Fact]
    public Task A_custom_operation_is_refused() =>
        RefusedAsync(Good with { Fault = new ModelFault { Domain = "evil.ops" } }, null, "found 'Flatten' of the domain 'evil.ops'");

    [Fact]
    public Task Other_labels_are_refused() =>
        RefusedAsync(
            Good with
            {
                Labels = ["Red", "Blue", "Green"],
            },
            null,
            "expected the classes of the installed model [Red, Green, Blue], found [Red, Blue, Green]"
        );

    [Fact]
    public Task Weights_that_are_not_numbers_are_refused() =>
        RefusedAsync(
            Good with
            {
                HasGolden = false,
            },
            () =>
                Replace(_ =>
                    OnnxModelWriter.Write(
                        32,
                        24,
                        [
                            [1, 0, 0],
                            [0, float.NaN, 0],
                            [0, 0, 1],
                        ],
                        [0, 0, 0],
                        withEmbedding: true
                    )
                ),
            "expected finite logits, found ["
        );

    [Fact]
    public Task Logits_of_one_class_are_refused() =>
        RefusedAsync(
            Good with
            {
                HasGolden = false,
            },
            () =>
                Replace(_ =>
                    OnnxModelWriter.Write(
                        32,
                        24,
                        [
                            [1, 0, 0],
                        ],
                        [0],
                        withEmbedding: true
                    )
                ),
            "expected output 'logits' for the 3 labels as Float N×3, found Float N×1"
        );

    [Fact]
    public Task A_missing_output_that_the_manifest_names_is_refused() =>
        RefusedAsync(
            Good,
            () =>
                Replace(_ =>
                    OnnxModelWriter.Write(
                        32,
                        24,
                        [
                            [1, 0, 0],
                            [0, 1, 0],
                            [0, 0, 1],
                        ],
                        [0, 0, 0],
                        withEmbedding: false
                    )
                ),
            "expected an output 'embedding' as in manifest.json, found only 'logits'"
        );

    [Fact]
    public Task An_input_of_any_size_is_refused() =>
        RefusedAsync(
            Good with
            {
                Fault = new ModelFault { HasOpenSides = true },
            },
            null,
            "expected input 'image' with fixed sizes, found N×3×N×N"
        );

    [Fact]
    public Task An_input_of_whole_numbers_is_refused() =>
        RefusedAsync(Good with { Fault = new ModelFault { InputType = 7 } }, null, "model.onnx: expected ");

    [Fact]
    public Task An_input_of_sixteen_megapixels_is_refused() =>
        RefusedAsync(
            Good with
            {
                Width = 4000,
                Height = 4000,
                HasGolden = false,
            },
            null,
            "expected an input of at most 1048576 pixels, found 4000×4000"
        );

    [Fact]
    public Task A_file_that_is_too_large_is_refused() =>
        RefusedAsync(
            Good,
            () =>
            {
                // A sparse file: it takes no space.
                using var file = File.Create(Path.Combine(Foreign, "more.bin"));
                file.SetLength(ForeignModel.MostBytes + 1);
            },
            "expected at most 256 MB, found 256 MB"
        );

    [Fact]
    public async Task A_folder_that_is_not_there_is_refused() =>
        Assert.Contains("expected a model folder, found no such folder", (await InspectAsync()).Fault, StringComparison.Ordinal);

    [Fact]
    public async Task The_command_says_what_it_found()
    {
        var settings = new Dictionary<string, string> { ["Model__Directory"] = Installed };
        Good.WriteTo(Foreign);
        var passed = await CommandRun.ExpectAsync(0, settings, "model", "check", Foreign);
        Assert.StartsWith(
            "Model foreign 7 (float) can be used: 3 classes, embedding of 3 numbers, ",
            passed.Output,
            StringComparison.Ordinal
        );

        Replace(model => model[..^30]);
        var refused = await CommandRun.ExpectAsync(1, settings, "model", "check", Foreign, "--json");
        var result = JsonNode.Parse(refused.Output)!;
        Assert.False(result["passed"]!.GetValue<bool>());
        Assert.Contains("expected an ONNX model", result["fault"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private Task<ModelInspection> InspectAsync() =>
        new ModelInspector(Options.Create(new ModelOptions { Directory = Installed }), TimeProvider.System).InspectAsync(Foreign, Cancel);

    private async Task RefusedAsync(TestModel model, Action? change, string found)
    {
        model.WriteTo(Foreign);
        change?.Invoke();

        var result = await InspectAsync();

        Assert.False(result.Passed);
        Assert.Contains(found, result.Fault, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Fault!);
    }

    /// <summary>Puts another file in the model's place, with the right hash and size.</summary>
    private void Replace(Func<byte[], byte[]> change)
    {
        var content = change(File.ReadAllBytes(Model));
        File.WriteAllBytes(Model, content);
        var path = Path.Combine(Foreign, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        manifest["variants"]!["float"]!["bytes"] = content.Length;
        manifest["variants"]!["float"]!["sha256"] = Convert.ToHexStringLower(SHA256.HashData(content));
        File.WriteAllText(path, manifest.ToJsonString());
    }
}
