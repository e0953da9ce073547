using System.Collections.Immutable;
using System.Text.Json;
using GourmetGram.Application.Classification;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Runs a model on its golden cases before it is used: pixels with the logits that the model's makers computed for them. A processor
/// without VNNI saturates sums of 8-bit products, so the int8 variant gives wrong results without any error, but only for some photos.
/// Therefore all cases must pass.
/// </summary>
internal static class SelfCheck
{
    public const double FloatTolerance = 0.02;
    public const double Int8Tolerance = 0.3;

    /// <exception cref="ModelException">The model does not run, fails one of its cases, or is an int8 variant without cases.</exception>
    public static void Run(IModelLease lease, ModelArtifact artifact, ILogger logger)
    {
        var model = lease.Model;
        var cases = GoldenCase.ReadAll(artifact);
        if (cases.Count == 0)
        {
            if (IsInt8(artifact))
                throw GoldenCase.Missing(artifact);
            Answer(lease, artifact, new byte[GoldenCase.Length(artifact)]);
            logger.LogWarning(
                "Model {Model} {Version} ({Variant}) is loaded, but {Directory} has no golden cases for it, so its answers could not be "
                    + "verified",
                model.Name,
                model.Version,
                model.Variant,
                artifact.Directory
            );
            return;
        }

        Compare(
            [.. cases.Select(golden => (golden, golden.DifferenceTo(Answer(lease, artifact, golden.ReadPixels(artifact)), artifact)))],
            artifact
        );
        logger.LogInformation(
            "Model {Model} {Version} ({Variant}) is loaded; its answers match its {Count} golden cases",
            model.Name,
            model.Version,
            model.Variant,
            cases.Count
        );
    }

    private static bool IsInt8(ModelArtifact artifact) => artifact.VariantName == ModelVariant.Int8;

    private static float[] Answer(IModelLease lease, ModelArtifact artifact, byte[] pixels)
    {
        const string remedy = "Export the model again, with the sizes in its manifest.";
        try
        {
            var logits = lease.Run(pixels, CancellationToken.None).Logits;
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

    private static void Compare(IReadOnlyList<(GoldenCase Case, double Difference)> answers, ModelArtifact artifact)
    {
        var tolerance = IsInt8(artifact) ? Int8Tolerance : FloatTolerance;
        var missed = answers.Where(answer => !(answer.Difference <= tolerance)).ToList();
        if (missed.Count == 0)
            return;
        var worst = missed.MaxBy(answer => answer.Difference);
        throw new ModelException(
            artifact.FilePath,
            $"logits within {tolerance} of its {answers.Count} golden cases",
            $"{missed.Count} that differ more, by up to {worst.Difference:0.###} ({worst.Case.Name(artifact)})",
            IsInt8(artifact)
                ? Int8Remedy(artifact)
                : "The model's answers differ from its golden cases. Copy the model folder again, or regenerate its golden cases."
        );
    }

    private static string Int8Remedy(ModelArtifact artifact) =>
        "The int8 variant is only accurate on processors with VNNI. "
        + (
            artifact.Manifest.Variants.ContainsKey(ModelVariant.Float)
                ? $"Set Model:Variant to {ModelVariant.Float}."
                : "Use another processor, or a model with a float variant."
        );
}

/// <summary>An entry of <c>golden/cases.json</c> in the model folder.</summary>
internal sealed record GoldenCase
{
    private const string Folder = "golden";

    public string Pixels { get; init; } = "";

    public ImmutableArray<double> Logits { get; init; } = [];

    public ImmutableArray<double> LogitsInt8 { get; init; } = [];

    /// <summary>Returns the cases that have logits for the artifact's variant.</summary>
    /// <exception cref="ModelException">The file exists but cannot be read.</exception>
    public static IReadOnlyList<GoldenCase> ReadAll(ModelArtifact artifact)
    {
        var path = ListPath(artifact);
        if (!File.Exists(path))
            return [];
        try
        {
            return
            [
                .. (JsonSerializer.Deserialize<GoldenCases>(File.ReadAllBytes(path), ModelJson.Options)?.Cases ?? [])
                    .OfType<GoldenCase>()
                    .Where(golden => !golden.LogitsOf(artifact.VariantName).IsEmpty),
            ];
        }
        catch (JsonException fault)
        {
            throw new ModelException(path, "golden cases in JSON", fault.Message, Remedy(artifact), fault);
        }
    }

    public static ModelException Missing(ModelArtifact artifact) =>
        new(
            ListPath(artifact),
            "golden cases with logits_int8",
            "none",
            "They are needed to check that this processor runs the int8 variant correctly. " + Remedy(artifact)
        );

    public static int Length(ModelArtifact artifact) => 3 * artifact.Manifest.Input.Width * artifact.Manifest.Input.Height;

    public string Name(ModelArtifact artifact) => Path.Combine(artifact.Directory, Folder, Path.GetFileName(Pixels));

    /// <exception cref="ModelException">The file with the pixels is missing or does not have the model's input size.</exception>
    public byte[] ReadPixels(ModelArtifact artifact)
    {
        var file = new FileInfo(Name(artifact));
        if (!file.Exists || file.Length != Length(artifact))
            throw Fault(artifact, $"{Length(artifact)} bytes of pixels", file.Exists ? $"{file.Length}" : "no such file");
        return File.ReadAllBytes(file.FullName);
    }

    /// <summary>Returns the largest difference between a logit of the case and the model's logit.</summary>
    /// <exception cref="ModelException">The case has a different number of logits.</exception>
    public double DifferenceTo(float[] logits, ModelArtifact artifact)
    {
        var expected = LogitsOf(artifact.VariantName);
        return expected.Length == logits.Length
            ? expected.Zip(logits, (wanted, given) => Math.Abs(wanted - given)).Max()
            : throw Fault(artifact, $"{logits.Length} logits", $"{expected.Length}");
    }

    private static string ListPath(ModelArtifact artifact) => Path.Combine(artifact.Directory, Folder, "cases.json");

    private static string Remedy(ModelArtifact artifact) =>
        artifact.VariantName == ModelVariant.Int8
            ? $"Copy the folder '{Folder}' again, or set Model:Variant to {ModelVariant.Float}."
            : $"Copy the folder '{Folder}' again, or remove it to start without the check.";

    private ImmutableArray<double> LogitsOf(string variant) => variant == ModelVariant.Int8 ? LogitsInt8 : Logits;

    private ModelException Fault(ModelArtifact artifact, string expected, string found) =>
        new(Name(artifact), expected, found, Remedy(artifact));

    private sealed record GoldenCases
    {
        public ImmutableArray<GoldenCase?> Cases { get; init; } = [];
    }
}
