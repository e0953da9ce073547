using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// The contract of a model, read from <c>manifest.json</c> beside its files. After reading, every value is present and valid.
/// </summary>
internal sealed record ModelManifest
{
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Name { get; init; } = "";

    public string Version { get; init; } = "";

    /// <summary>Name of the variant that is used when no setting names one.</summary>
    public string Default { get; init; } = "";

    /// <summary>Variants by name: <c>float</c>, <c>int8</c> or both.</summary>
    public ImmutableSortedDictionary<string, ModelVariant> Variants { get; init; } = ImmutableSortedDictionary<string, ModelVariant>.Empty;

    public ModelInput Input { get; init; } = new();

    public ModelOutputs Outputs { get; init; } = new();

    /// <summary>Class names in the order of the logits, normalised by <see cref="ClassName.Normalize"/>.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>Names of the head's initialisers; null for a model whose head cannot be replaced.</summary>
    public ModelHead? Head { get; init; }

    /// <summary>File with embeddings of photos of the original training; null if the model has none.</summary>
    public ModelReference? Reference { get; init; }

    /// <exception cref="ModelException">The file is missing, is not JSON, or has missing or invalid fields. The message names all of
    /// them.</exception>
    public static ModelManifest Read(string path)
    {
        const string remedy = "Copy the model folder again, or fix its manifest.";
        if (!File.Exists(path))
            throw new ModelException(path, "the model's manifest", "no such file", "Set Model:Directory to a model folder.");
        ModelManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<ModelManifest>(File.ReadAllBytes(path), ModelJson.Options);
        }
        catch (JsonException fault)
        {
            throw new ModelException(path, "a manifest in JSON", fault.Message, remedy, fault);
        }

        var faults = manifest is null ? ["an empty document"] : manifest.FindFaults();
        return faults.Count == 0
            ? manifest! with
            {
                Labels = [.. manifest.Labels.Select(ClassName.Normalize)],
            }
            : throw new ModelException(path, "a complete manifest", string.Join("; ", faults), remedy);
    }

    private List<string> FindFaults()
    {
        var faults = new List<string>();
        void Require(bool holds, string field, string expected, object found)
        {
            if (!holds)
                faults.Add($"{field} {(found is "" or 0 or 0L or 0.0 ? "missing" : $"'{found}'")} (expected {expected})");
        }

        Require(Name.Length > 0, "name", "a text", Name);
        Require(Version.Length > 0, "version", "a text", Version);
        Require(Variants.Count > 0, "variants", "at least one variant", Variants.Count);
        if (Variants.Count > 0)
            Require(Variants.ContainsKey(Default), "default", $"one of {string.Join(", ", Variants.Keys)}", Default);
        foreach (var (name, variant) in Variants)
        {
            var field = $"variants.{name}";
            if (variant is null)
            {
                faults.Add($"{field} null (expected file, sha256, bytes and temperature)");
                continue;
            }

            Require(name is ModelVariant.Float or ModelVariant.Int8, field, $"{ModelVariant.Float} or {ModelVariant.Int8}", name);
            Require(IsFileName(variant.File), $"{field}.file", "the name of a file in this folder", variant.File);
            Require(variant.Bytes > 0, $"{field}.bytes", "the file's size", variant.Bytes);
            Require(IsSha256(variant.Sha256), $"{field}.sha256", "64 hex digits", variant.Sha256);
            Require(IsPositive(variant.Temperature), $"{field}.temperature", "a number above 0", variant.Temperature);
        }

        Require(Input.Name.Length > 0, "input.name", "the name of the model's input", Input.Name);
        Require(Input.Type == "float32", "input.type", "float32", Input.Type);
        Require(Input.Layout == "NCHW", "input.layout", "NCHW", Input.Layout);
        Require(Input.Color == "RGB", "input.color", "RGB", Input.Color);
        Require(Input.Resize == "squash", "input.resize", "squash", Input.Resize);
        Require(Input.Filter == "triangle-antialias", "input.filter", "triangle-antialias", Input.Filter);
        Require(Input.Width is > 0 and <= ModelInput.LargestSide, "input.width", $"1 to {ModelInput.LargestSide}", Input.Width);
        Require(Input.Height is > 0 and <= ModelInput.LargestSide, "input.height", $"1 to {ModelInput.LargestSide}", Input.Height);
        Require(IsPositive(Input.Scale), "input.scale", "a number above 0", Input.Scale);
        Require(Input.Mean.Length == 3 && Input.Mean.All(double.IsFinite), "input.mean", "three numbers", string.Join(", ", Input.Mean));
        Require(Input.Std.Length == 3 && Input.Std.All(IsPositive), "input.std", "three numbers above 0", string.Join(", ", Input.Std));
        Require(Outputs.Logits.Length > 0, "outputs.logits", "the name of an output", Outputs.Logits);
        Require(Outputs.Embedding is not "", "outputs.embedding", "the name of an output, or leave out the field", "");
        Require(Outputs.EmbeddingSize is null or > 0, "outputs.embedding_size", "a number above 0", Outputs.EmbeddingSize ?? 0);
        if (Head is not null)
        {
            Require(Head.Weight.Length > 0, "head.weight", "the name of an initialiser", Head.Weight);
            Require(Head.Bias.Length > 0, "head.bias", "the name of an initialiser", Head.Bias);
        }

        if (Reference is not null)
        {
            Require(IsFileName(Reference.File), "reference.file", "the name of a file in this folder", Reference.File);
            Require(IsSha256(Reference.Sha256), "reference.sha256", "64 hex digits", Reference.Sha256);
        }

        Require(Labels.Length >= 2, "labels", "at least two names", string.Join(", ", Labels));
        faults.AddRange(
            from label in Labels.Index()
            let fault = ClassName.FindFault(label.Item ?? "")
            where fault is not null
            select $"labels[{label.Index}] {Quote(label.Item)} (expected {fault})"
        );
        faults.AddRange(
            from repeated in ClassName.FindRepeated([.. Labels.Select(label => label ?? "")])
            select $"labels[{repeated.Index}] {Quote(Labels[repeated.Index])} (expected a different name from "
                + $"labels[{repeated.First}], {Quote(Labels[repeated.First])})"
        );
        return faults;
    }

    /// <summary>Returns the text as JSON writes it, so that a line break in it cannot break a message.</summary>
    private static string Quote(string? text) => JsonSerializer.Serialize(text, Readable);

    private static bool IsFileName(string name) => name.Length > 0 && Path.GetFileName(name) == name;

    private static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit);

    private static bool IsPositive(double value) => value > 0 && double.IsFinite(value);
}

/// <summary>A file of the model.</summary>
internal sealed record ModelVariant
{
    public const string Float = "float";
    public const string Int8 = "int8";

    public string File { get; init; } = "";

    /// <summary>SHA-256 of the file: 64 hex digits.</summary>
    public string Sha256 { get; init; } = "";

    public long Bytes { get; init; }

    /// <summary>Divides the logits before softmax.</summary>
    public double Temperature { get; init; }

    public ModelValidation? Validation { get; init; }
}

/// <summary>Converts a photo to the model's input: <c>(byte × scale − mean) / std</c> for each channel.</summary>
internal sealed record ModelInput
{
    /// <summary>Limit for the input's sides, so that a typing error cannot make every photo cost gigabytes.</summary>
    public const int LargestSide = 4096;

    public string Name { get; init; } = "";

    public string Type { get; init; } = "";

    public string Layout { get; init; } = "";

    public int Width { get; init; }

    public int Height { get; init; }

    public string Color { get; init; } = "";

    public string Resize { get; init; } = "";

    public string Filter { get; init; } = "";

    public double Scale { get; init; }

    /// <summary>Mean of red, green and blue.</summary>
    public ImmutableArray<double> Mean { get; init; } = [];

    /// <summary>Standard deviation of red, green and blue.</summary>
    public ImmutableArray<double> Std { get; init; } = [];
}

/// <summary>Names of the model's outputs.</summary>
internal sealed record ModelOutputs
{
    public string Logits { get; init; } = "";

    /// <summary>Name of the embedding output; null for a model that gives only logits.</summary>
    public string? Embedding { get; init; }

    /// <summary>Length of the embedding; null when the manifest leaves it to the model.</summary>
    public int? EmbeddingSize { get; init; }
}

/// <summary>Names of the initialisers of the last layer: <c>logits = weight · embedding + bias</c>.</summary>
internal sealed record ModelHead
{
    /// <summary>Classes × embedding size, row by row.</summary>
    public string Weight { get; init; } = "";

    /// <summary>One number per class.</summary>
    public string Bias { get; init; } = "";
}

/// <summary>File with embeddings of photos of the original training.</summary>
internal sealed record ModelReference
{
    public string File { get; init; } = "";

    /// <summary>SHA-256 of the file: 64 hex digits.</summary>
    public string Sha256 { get; init; } = "";
}
