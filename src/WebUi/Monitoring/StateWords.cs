using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.WebUi.Monitoring;

/// <summary>Says in words why there is no number, and what segments are.</summary>
internal static class StateWords
{
    /// <summary>Returns why there is no estimate, in a few words.</summary>
    public static string Of(EstimateResponse estimate) =>
        estimate.State switch
        {
            EstimateState.NoData => "No labels",
            EstimateState.TooFew => "Too few labels",
            EstimateState.NotEstimable => estimate.Reason == LeftOutReason.NotSampled ? "Not sampled" : "Not labelled yet",
            _ => "",
        };

    /// <summary>Returns the name of a segment.</summary>
    public static string Of(ListSegments.Item segment) =>
        segment.Dimension switch
        {
            ListSegments.Dimension.Source => Enum.TryParse<ActorKind>(segment.Value, out var kind)
                ? kind switch
                {
                    ActorKind.Visitor => "Visitors",
                    ActorKind.Account => "Signed-in people",
                    ActorKind.ApiKey => "API keys",
                    _ => "Programs without a key",
                }
                : segment.Value,
            ListSegments.Dimension.Confidence => OfBand(segment.Value),
            ListSegments.Dimension.Flagged => segment.Value == "flagged" ? "Flagged or corrected" : "Not flagged",
            ListSegments.Dimension.Tag => $"Tag {segment.Value}",
            _ => $"Model {segment.Value}",
        };

    /// <summary>Returns the name of a confidence band.</summary>
    public static string OfBand(int band) =>
        band switch
        {
            0 => "Below 50% sure",
            1 => "50–70% sure",
            2 => "70–90% sure",
            _ => "Above 90% sure",
        };

    private static string OfBand(string value) =>
        value switch
        {
            "below 0.5" => OfBand(0),
            "0.5 to 0.7" => OfBand(1),
            "0.7 to 0.9" => OfBand(2),
            _ => OfBand(3),
        };
}
