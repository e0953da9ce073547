using System.Globalization;
using System.Text.RegularExpressions;

namespace GourmetGram.Tests.Unit.WebUi;

/// <summary>
/// Every pair of colours that the stylesheet puts on each other is readable in both schemes: WCAG 2.2, 4.5 for text, 3 for borders of
/// controls and marks.
/// </summary>
public sealed partial class ContrastTests
{
    private static readonly string Css = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "app.css"));

    [GeneratedRegex(@"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")]
    private static partial Regex Token();

    [Theory]
    [InlineData(4.5, "ink", "ground", "surface", "sunken", "model-soft", "warn-soft", "bad-soft", "person-soft")]
    [InlineData(4.5, "ink-2", "ground", "surface", "sunken", "bad-soft")]
    [InlineData(4.5, "ink-3", "ground", "surface", "sunken", "bad-soft")]
    [InlineData(4.5, "person", "ground", "surface")]
    [InlineData(4.5, "person-strong", "person-soft")]
    [InlineData(4.5, "on-person", "person", "person-strong")]
    [InlineData(4.5, "model", "surface", "model-soft")]
    [InlineData(4.5, "on-model", "model")]
    [InlineData(4.5, "good", "ground", "surface", "good-soft")]
    [InlineData(4.5, "warn", "surface", "warn-soft")]
    [InlineData(4.5, "bad", "ground", "surface", "bad-soft")]
    [InlineData(4.5, "ground", "ink")]
    [InlineData(3, "edge", "ground", "surface")]
    [InlineData(3, "focus", "ground", "surface", "sunken")]
    [InlineData(3, "person", "sunken", "person-soft")]
    [InlineData(3, "model", "sunken", "ground")]
    public void A_colour_can_be_told_from_what_it_stands_on(double needed, string colour, params string[] grounds)
    {
        var tokens = Token().Matches(Css).ToDictionary(m => m.Groups[1].Value, m => (Light: m.Groups[2].Value, Dark: m.Groups[3].Value));
        foreach (var ground in grounds)
        {
            Assert.True(Ratio(tokens[colour].Light, tokens[ground].Light) >= needed, $"{colour} on {ground}, light");
            Assert.True(Ratio(tokens[colour].Dark, tokens[ground].Dark) >= needed, $"{colour} on {ground}, dark");
        }
    }

    [Fact]
    public void Black_on_white_is_21_and_a_colour_on_itself_1()
    {
        Assert.Equal(21, Ratio("#000000", "#ffffff"), 3);
        Assert.Equal(1, Ratio("#765300", "#765300"), 3);
    }

    private static double Ratio(string a, string b)
    {
        var (x, y) = (Luminance(a), Luminance(b));
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    /// <summary>Relative luminance as WCAG defines it.</summary>
    private static double Luminance(string colour)
    {
        double Channel(int at)
        {
            var value = int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        return (0.2126 * Channel(1)) + (0.7152 * Channel(3)) + (0.0722 * Channel(5));
    }
}
