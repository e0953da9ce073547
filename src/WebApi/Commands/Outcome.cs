using System.Text.Json.Serialization;
using GourmetGram.Application.Classification;

namespace GourmetGram.WebApi.Commands;

/// <summary>
/// Result of classifying one photo: a prediction or a problem. With <c>--json</c>, each outcome is one line of the output.
/// </summary>
/// <param name="Path">Path of the photo.</param>
/// <param name="Prediction">The prediction, as the API returns it; null when there is a problem.</param>
/// <param name="Problem">Why there is no prediction; null when there is one.</param>
internal sealed record Outcome(
    string Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PredictionResponse? Prediction,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Problem? Problem
)
{
    /// <summary>Creates the outcome of a photo without a prediction.</summary>
    public static Outcome Failed(string path, string detail, int? status = null) => new(path, null, new Problem(status, detail));
}

/// <param name="Status">HTTP status that the API uses for this problem; null when the file could not be read.</param>
/// <param name="Detail">What is wrong and what to do.</param>
internal sealed record Problem([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Status, string Detail);
