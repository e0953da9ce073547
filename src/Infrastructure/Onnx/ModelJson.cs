using System.Text.Json;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>How the JSON files of a model folder are written: snake case; unknown fields are for others.</summary>
internal static class ModelJson
{
    public static JsonSerializerOptions Options { get; } =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true };
}
