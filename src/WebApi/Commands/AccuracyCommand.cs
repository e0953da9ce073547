using System.CommandLine;
using System.Globalization;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.WebApi.Commands;

/// <summary>
/// Implements <c>gourmetgram accuracy [--from DAY] [--to DAY] [--model-version VERSION] [--as-known-on DAY] [--json]</c>.
/// </summary>
internal static class AccuracyCommand
{
    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var from = new Option<DateOnly?>("--from") { Description = "First day (UTC), as YYYY-MM-DD. Default: 29 days before the last." };
        var to = new Option<DateOnly?>("--to") { Description = "Last day (UTC), as YYYY-MM-DD. Default: today." };
        var version = new Option<string?>("--model-version") { Description = "Version of the model. Default: all versions." };
        var known = new Option<DateOnly?>("--as-known-on")
        {
            Description = "Day (UTC), as YYYY-MM-DD: use only what was known at its end. Default: what is known now.",
        };
        var json = new Option<bool>("--json") { Description = "Write the estimate as JSON, in the same format as the API." };
        var command = new Command(
            "accuracy",
            """
            Estimates how often the model is right, from blind labels of the random sample. Calls the server that runs on the same data
            directory, or works without one.
            """
        )
        {
            from,
            to,
            version,
            known,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                var period = new PeriodQuery(parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(version), parsed.GetValue(known));
                return UseCaseCall.RunAsync(
                    settings,
                    (mediator, token) => mediator.Send(new GetAccuracy.Query(period), token),
                    (server, token) => server.SendAsync<GetAccuracy.Response>(HttpMethod.Get, AddressOf(period), token),
                    accuracy => parsed.GetValue(json) ? UseCaseCall.ToJson(accuracy) : TextOf(accuracy),
                    cancellationToken
                );
            }
        );
        return command;
    }

    private static string AddressOf(PeriodQuery period)
    {
        var query = new List<string>();
        if (period.From is { } from)
            query.Add($"from={Day(from)}");
        if (period.To is { } to)
            query.Add($"to={Day(to)}");
        if (period.ModelVersion is { } version)
            query.Add($"modelVersion={Uri.EscapeDataString(version)}");
        if (period.AsKnownOn is { } known)
            query.Add($"asKnownOn={Day(known)}");
        return $"monitoring/accuracy?{string.Join('&', query)}";
    }

    private static string TextOf(GetAccuracy.Response accuracy)
    {
        var lines = new List<string> { $"{Day(accuracy.From)} to {Day(accuracy.To)} (UTC), {Count(accuracy.Photos, "photo")}" };
        if (accuracy.AsKnownOn is { } known)
            lines.Add(
                accuracy.FromSnapshot
                    ? $"As known on {Day(known)}, recorded on {accuracy.AsOf.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)}."
                    : $"As known on {Day(known)}: only labels and draws that existed at the end of that day count."
            );
        lines.Add(
            accuracy.State switch
            {
                EstimateState.Estimated =>
                    $"Accuracy: {Percent(accuracy.Estimate)}. 95% interval: {Percent(accuracy.Low)} to {Percent(accuracy.High)}, "
                        + $"from {Count(accuracy.Labels, "label")} of the random sample.",
                EstimateState.TooFew => $"Not enough labels yet: {accuracy.Labels}. {Count(accuracy.Needed!.Value, "more label")} needed.",
                EstimateState.NotEstimable =>
                    $"No estimate: {Count(accuracy.Photos - accuracy.MeasuredPhotos, "photo")} of {accuracy.Photos} "
                        + (accuracy.Reason == LeftOutReason.NotSampled ? "were not sampled." : "are not labelled yet."),
                _ => "No photos in closed sampling windows.",
            }
        );
        if (accuracy is { State: EstimateState.Estimated, Unusable: > 0, Worst: not null })
            lines.Add(
                $"{Count(accuracy.Unusable, "drawn photo")} could not be judged: {Percent(accuracy.Worst)} if the model was wrong on all, "
                    + $"{Percent(accuracy.Best)} if it was right."
            );
        if (accuracy.Pending > 0)
            lines.Add($"{Count(accuracy.Pending, "drawn photo")} not labelled yet.");
        if (accuracy.NotBlind > 0)
            lines.Add($"{Count(accuracy.NotBlind, "label")} do not count: the people had seen the model's answer before.");
        return string.Join(Environment.NewLine, lines);
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Percent(double? share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0}%");

    private static string Count(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
