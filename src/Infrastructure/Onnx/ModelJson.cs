using System.Text.Json;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Options for reading the JSON files of a model folder: snake case; unknown fields are ignored, because they are meant for other programs.
/// </summary>
internal static class ModelJson
{
    public static JsonSerializerOptions Options { get; } =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true };
}
