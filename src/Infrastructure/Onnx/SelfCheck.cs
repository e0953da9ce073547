using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Runs a model once before anybody relies on it, on a golden case: pixels with the logits that the model's makers got for them. A processor without VNNI saturates
/// sums of 8-bit products, and then the int8 variant answers wrongly without any error; this is where it is found out.
/// </summary>
internal static class SelfCheck
{
    public const double FloatTolerance = 0.02;
    public const double Int8Tolerance = 0.3;

    public static void Run(OnnxClassifier classifier, ModelArtifact artifact, ILogger logger)
    {
        var model = classifier.Model;
        var golden = GoldenCase.Find(artifact);
        var pixels = golden is null ? new byte[GoldenCase.Length(artifact)] : golden.ReadPixels(artifact);
        var logits = Answer(classifier, artifact, pixels);
        if (golden is null)
        {
            logger.LogWarning(
                "Model {Model} {Version} ({Variant}) is loaded, but {Directory} has no golden case for it: whether it answers as its makers meant could not be checked",
                model.Name,
                model.Version,
                model.Variant,
                artifact.Directory
            );
            return;
        }

        Compare(logits, golden, artifact);
        logger.LogInformation(
            "Model {Model} {Version} ({Variant}) is loaded and answers as its golden case says",
            model.Name,
            model.Version,
            model.Variant
        );
    }

    private static float[] Answer(OnnxClassifier classifier, ModelArtifact artifact, byte[] pixels)
    {
        const string remedy = "Export the model again, so that it has the sizes of its manifest.";
        try
        {
            var logits = classifier.Run(pixels, CancellationToken.None).Logits;
            return logits.All(float.IsFinite)
                ? logits
                : throw new ModelException(artifact.FilePath, "finite logits", $"[{string.Join(", ", logits)}]", remedy);
        }
        catch (OnnxRuntimeException fault)
        {
            throw new ModelException(
                artifact.FilePath,
                $"{artifact.Manifest.Labels.Length} logits for a photo",
                $"a failed run ({fault.Message})",
                remedy,
                fault
            );
        }
    }

    private static void Compare(float[] logits, GoldenCase golden, ModelArtifact artifact)
    {
        var isInt8 = artifact.VariantName == ModelVariant.Int8;
        var tolerance = isInt8 ? Int8Tolerance : FloatTolerance;
        var expected = golden.LogitsOf(artifact.VariantName);
        if (expected.Length != logits.Length)
            throw golden.Fault(artifact, $"{logits.Length} logits", $"{expected.Length}");
        var difference = expected.Zip(logits, (wanted, given) => Math.Abs(wanted - given)).Max();
        if (difference <= tolerance)
            return;
        throw new ModelException(
            artifact.FilePath,
            $"logits within {tolerance} of {golden.Name(artifact)}",
            $"a difference of {difference:0.###}",
            isInt8
                ? "This processor's 8-bit arithmetic saturates (the variant needs VNNI): set Model:Variant to float."
                : "The model does not answer as its makers meant: copy the model folder again, or make its golden cases anew."
        );
    }
}

/// <summary>One entry of <c>golden/cases.json</c> in the model folder.</summary>
internal sealed record GoldenCase
{
    private const string Folder = "golden";
    private const string Remedy = "Copy the folder 'golden' again, or remove it to go without the check.";

    public string Pixels { get; init; } = "";

    public ImmutableArray<double> Logits { get; init; } = [];

    public ImmutableArray<double> LogitsInt8 { get; init; } = [];

    /// <summary>The first case that has logits for the artifact's variant; null when there is none.</summary>
    public static GoldenCase? Find(ModelArtifact artifact)
    {
        var path = Path.Combine(artifact.Directory, Folder, "cases.json");
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer
                .Deserialize<GoldenCases>(File.ReadAllBytes(path), ModelJson.Options)
                ?.Cases.FirstOrDefault(golden => !golden.LogitsOf(artifact.VariantName).IsEmpty);
        }
        catch (JsonException fault)
        {
            throw new ModelException(path, "golden cases in JSON", fault.Message, Remedy, fault);
        }
    }

    public static int Length(ModelArtifact artifact) => 3 * artifact.Manifest.Input.Width * artifact.Manifest.Input.Height;

    public ImmutableArray<double> LogitsOf(string variant) => variant == ModelVariant.Int8 ? LogitsInt8 : Logits;

    public string Name(ModelArtifact artifact) => Path.Combine(artifact.Directory, Folder, Path.GetFileName(Pixels));

    public byte[] ReadPixels(ModelArtifact artifact)
    {
        var file = new FileInfo(Name(artifact));
        if (!file.Exists || file.Length != Length(artifact))
            throw Fault(artifact, $"{Length(artifact)} bytes of pixels", file.Exists ? $"{file.Length}" : "no such file");
        return File.ReadAllBytes(file.FullName);
    }

    public ModelException Fault(ModelArtifact artifact, string expected, string found) => new(Name(artifact), expected, found, Remedy);

    private sealed record GoldenCases
    {
        public ImmutableArray<GoldenCase> Cases { get; init; } = [];
    }
}
