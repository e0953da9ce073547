using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Monitoring;
using Microsoft.AspNetCore.Components;

namespace GourmetGram.WebUi.Monitoring;

/// <summary>
/// Draws charts as SVG. Horizontal positions are in percent, so that text keeps its size on every screen. Razor would take SVG's element
/// <c>text</c> for its own, so the markup is written here.
/// </summary>
internal static class Charts
{
    private const double Top = 18;
    private const double Bottom = 194;

    /// <summary>Returns the lowest tenth that a scale must start with to show all these shares.</summary>
    public static double ScaleFrom(IEnumerable<double?> shares) =>
        Math.Min(Math.Floor(10 * shares.Append(1).Min(share => share ?? 1)) / 10, 0.9);

    /// <summary>Draws the estimate with its interval, and the one before below it.</summary>
    public static MarkupString Hero(GetAccuracy.Response accuracy)
    {
        var from = ScaleFrom([accuracy.Low, accuracy.Before.Low]);
        var svg = new StringBuilder();
        var description =
            $"Now {Share.Percent(accuracy.Estimate)}, interval {Share.Interval(accuracy.Low, accuracy.High)}."
            + (accuracy.Before.Estimate is null ? "" : $" Before {Share.Percent(accuracy.Before.Estimate)}.");
        Begin(svg, "chart", "132", "hero", "Accuracy with its 95% interval", description);
        for (var tick = 0; tick <= 4; tick++)
        {
            var share = from + ((1 - from) * tick / 4);
            var x = X(share, from);
            svg.Append(Invariant($"""<line class="grid" x1="{x}" x2="{x}" y1="28" y2="108"/>"""));
            var anchor = tick switch
            {
                0 => "start",
                4 => "end",
                _ => "middle",
            };
            svg.Append(Invariant($"""<text x="{x}" y="126" text-anchor="{anchor}">{100 * share:0.#}%</text>"""));
        }

        var (low, high) = (accuracy.Low!.Value, accuracy.High!.Value);
        svg.Append(Invariant($"""<rect class="band" x="{X(low, from)}" width="{Width(low, high, from)}" """));
        svg.Append("""y="32" height="28" rx="14"/>""");
        svg.Append(Invariant($"""<circle class="dot" cx="{X(accuracy.Estimate!.Value, from)}" cy="46" r="9"/>"""));
        if (accuracy.Before is { Estimate: { } before, Low: { } lowBefore, High: { } highBefore })
        {
            svg.Append(
                Invariant($"""<line class="whisker idle-line" x1="{X(lowBefore, from)}" x2="{X(highBefore, from)}" y1="88" y2="88"/>""")
            );
            svg.Append(Invariant($"""<circle class="idle" cx="{X(before, from)}" cy="88" r="5"/>"""));
            svg.Append(
                Invariant(
                    $"""<text x="{X(lowBefore, from)}" y="88" dx="-10" dy="4" text-anchor="end">before: {Share.Percent(before)}</text>"""
                )
            );
        }

        return End(svg);
    }

    /// <summary>Draws the states of an alert as a bar; time runs to the right.</summary>
    /// <param name="spans">The states, oldest first.</param>
    /// <param name="start">Time at the left edge.</param>
    /// <param name="end">Time at the right edge.</param>
    public static MarkupString History(IReadOnlyList<ListAlerts.Span> spans, DateTimeOffset start, DateTimeOffset end)
    {
        var words = spans.Count == 0 ? "No data" : string.Join(", ", spans.Select(WordsOf));
        var svg = new StringBuilder();
        svg.Append($"""<svg class="span-bar" width="100%" height="12" role="img" aria-label="{HtmlEncoder.Default.Encode(words)}">""");
        svg.Append("""<rect class="none" width="100%" height="12"/>""");
        foreach (var span in spans)
        {
            var left = 100 * (span.From - start) / (end - start);
            var width = 100 * (span.To - span.From) / (end - start);
            svg.Append(Invariant($"""<rect class="{ClassOf(span)}" x="{left:0.##}%" width="{width:0.##}%" height="12"/>"""));
        }

        return End(svg);

        static string WordsOf(ListAlerts.Span span) =>
            Invariant($"{NameOf(span)} from {span.From.UtcDateTime:d MMMM} to {span.To.UtcDateTime:d MMMM}");

        static string NameOf(ListAlerts.Span span) =>
            span.Acknowledged ? "acknowledged"
            : Alert.IsOpenState(span.State) ? "failing"
            : span.State == AlertState.Waiting ? "no data"
            : "fine";

        static string ClassOf(ListAlerts.Span span) =>
            span.Acknowledged ? "seen"
            : Alert.IsOpenState(span.State) ? "down"
            : span.State == AlertState.Waiting ? "none"
            : "ok";
    }

    /// <summary>Draws an interval as a row of a table.</summary>
    /// <param name="estimate">The estimate; nothing but the grid is drawn without one.</param>
    /// <param name="from">Share at the left edge.</param>
    /// <param name="reference">A share to compare with, drawn as a line.</param>
    public static MarkupString Row(EstimateResponse estimate, double from, double? reference)
    {
        var svg = new StringBuilder("""<svg class="interval" aria-hidden="true"><line class="grid" x1="0" x2="100%" y1="50%" y2="50%"/>""");
        if (reference is { } line)
            svg.Append(Invariant($"""<line class="ref" x1="{X(line, from)}" x2="{X(line, from)}" y1="-16" y2="44"/>"""));
        if (estimate is { Estimate: { } share, Low: { } low, High: { } high })
        {
            svg.Append(Invariant($"""<line class="whisker" x1="{X(low, from)}" x2="{X(high, from)}" y1="50%" y2="50%"/>"""));
            svg.Append(Invariant($"""<circle class="dot" cx="{X(share, from)}" cy="50%" r="5"/>"""));
        }

        return End(svg);
    }

    /// <summary>Draws the axis above a table of intervals.</summary>
    public static MarkupString Axis(double from) =>
        End(
            new StringBuilder("""<svg class="interval axis" aria-hidden="true">""")
                .Append(Invariant($"""<text x="0%" y="12" text-anchor="start" class="mid">{100 * from:0}%</text>"""))
                .Append(Invariant($"""<text x="50%" y="12" text-anchor="middle" class="mid">{50 * (from + 1):0}%</text>"""))
                .Append("""<text x="100%" y="12" text-anchor="end">100%</text>""")
        );

    /// <summary>Draws the accuracy of each week with its interval, and a line where another model version begins to answer.</summary>
    public static MarkupString Weeks(IReadOnlyList<ListWeeks.Item> weeks)
    {
        var from = ScaleFrom(weeks.Select(week => week.Accuracy.Low));
        var svg = new StringBuilder();
        Begin(
            svg,
            "chart",
            "220",
            "weeks",
            "Accuracy by week, random sample",
            "Each point is the estimate of a week; the bar is its 95% interval. Weeks without an estimate have no point. "
                + "The numbers are in the table below."
        );
        for (var tick = 0; tick <= 4; tick++)
        {
            var share = from + ((1 - from) * tick / 4);
            svg.Append(Invariant($"""<line class="grid" x1="0" x2="100%" y1="{Y(share, from):0.#}" y2="{Y(share, from):0.#}"/>"""));
            svg.Append(Invariant($"""<text x="0" y="{Y(share, from):0.#}" dy="-4">{100 * share:0.#}%</text>"""));
        }

        string? version = null;
        for (var i = 0; i < weeks.Count; i++)
        {
            var x = At(i);
            var week = weeks[i];
            if (week.ModelVersions is [.., var latest])
            {
                if (version is not null && latest != version)
                    svg.Append(
                        Invariant($"""<line class="ref" x1="{x}" x2="{x}" y1="{Top}" y2="{Bottom}"/>""")
                            + Invariant($"""<text x="{x}" dx="5" y="186">{Text(latest)}</text>""")
                    );
                version = latest;
            }

            if (week.Accuracy is not { Estimate: { } share, Low: { } low, High: { } high })
                continue;
            svg.Append(Invariant($"""<line class="whisker" x1="{x}" x2="{x}" y1="{Y(low, from):0.#}" y2="{Y(high, from):0.#}"/>"""));
            svg.Append(Invariant($"""<circle class="dot" cx="{x}" cy="{Y(share, from):0.#}" r="4"/>"""));
        }

        foreach (var i in Enumerable.Range(0, weeks.Count).Where(i => weeks.Count <= 5 || i % ((weeks.Count + 3) / 4) == 0))
            svg.Append(
                Invariant($"""<text x="{At(i)}" y="214" text-anchor="{(i == 0 ? "start" : "middle")}">{weeks[i].Week:d MMM}</text>""")
            );
        return End(svg);

        string At(int i) => Invariant($"{(weeks.Count == 1 ? 50 : 10 + (86.0 * i / (weeks.Count - 1))):0.#}%");
    }

    /// <summary>Draws how sure the model was against how often it was right.</summary>
    public static MarkupString Reliability(IReadOnlyList<GetCalibration.Bin> bins)
    {
        var svg = new StringBuilder();
        svg.Append("""<svg class="chart reliability" viewBox="0 0 300 300" role="img" aria-labelledby="rel-t rel-d">""");
        svg.Append("""<title id="rel-t">Reliability: how sure the model is against how often it is right</title>""");
        svg.Append("""<desc id="rel-d">Points on the diagonal mean that the stated confidence is true. Bars are 95% intervals. """);
        svg.Append("""The numbers are in the table below.</desc>""");
        for (var tick = 0; tick <= 4; tick++)
        {
            svg.Append(Invariant($"""<line class="grid" x1="34" x2="292" y1="{Up(tick / 4.0)}" y2="{Up(tick / 4.0)}"/>"""));
            svg.Append(Invariant($"""<text x="28" y="{Up(tick / 4.0)}" dy="4" text-anchor="end">{25 * tick}%</text>"""));
            svg.Append(Invariant($"""<text x="{Right(tick / 4.0)}" y="282" text-anchor="middle">{25 * tick}%</text>"""));
        }

        svg.Append("""<text x="163" y="299" text-anchor="middle">how sure the model was</text>""");
        svg.Append(Invariant($"""<line class="ref" x1="{Right(0)}" y1="{Up(0)}" x2="{Right(1)}" y2="{Up(1)}"/>"""));
        foreach (var bin in bins)
        {
            var x = Right(bin.Confidence);
            svg.Append(Invariant($"""<line class="whisker" x1="{x}" x2="{x}" y1="{Up(bin.Low)}" y2="{Up(bin.High)}"/>"""));
            svg.Append(Invariant($"""<circle class="dot" cx="{x}" cy="{Up(bin.Accuracy)}" r="4.5"/>"""));
        }

        return End(svg);

        static string Up(double share) => Invariant($"{266 - (254 * share):0.#}");
        static string Right(double share) => Invariant($"{34 + (258 * share):0.#}");
    }

    private static void Begin(StringBuilder svg, string css, string height, string id, string title, string description) =>
        svg.Append(Invariant($"""<svg class="{css}" height="{height}" role="img" aria-labelledby="{id}-t {id}-d">"""))
            .Append(Invariant($"""<title id="{id}-t">{Text(title)}</title><desc id="{id}-d">{Text(description)}</desc>"""));

    private static MarkupString End(StringBuilder svg) => new(svg.Append("</svg>").ToString());

    private static string X(double share, double from) => Invariant($"{100 * (share - from) / (1 - from):0.#}%");

    private static string Width(double low, double high, double from) =>
        Invariant($"{Math.Max(100 * (high - low) / (1 - from), 0.5):0.#}%");

    private static double Y(double share, double from) => Bottom - ((Bottom - Top) * (share - from) / (1 - from));

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
