using System.Text.Json.Serialization;
using GourmetGram.Application.Classification;

namespace GourmetGram.WebApi.Commands;

/// <summary>What became of one photo: a prediction or a problem. With <c>--json</c> it is one line of the output.</summary>
/// <param name="Path">The photo.</param>
/// <param name="Prediction">As the API answers it.</param>
/// <param name="Problem">Why there is no prediction.</param>
internal sealed record Outcome(
    string Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PredictionResponse? Prediction,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Problem? Problem
)
{
    /// <summary>A photo without a prediction.</summary>
    public static Outcome Failed(string path, string detail, int? status = null) => new(path, null, new Problem(status, detail));
}

/// <param name="Status">The status that the API has for it; none when the file could not be read.</param>
/// <param name="Detail">What is wrong and what to do.</param>
internal sealed record Problem([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Status, string Detail);
