using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using GourmetGram.Application.Labeling;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>What the labelling page of a project shows and asks, as Label Studio's XML.</summary>
internal static partial class LabelConfig
{
    private const string Control = "label";
    private const string LabControl = "food_type";

    /// <summary>As on the review page.</summary>
    private const string Hotkeys = "1234567890qwertyuiop";

    /// <summary>The photo, a choice of the classes, a note; where the loop is not blind, what the model had said.</summary>
    public static string Write(ProjectPlan plan)
    {
        var view = new XElement("View", new XElement("Image", new XAttribute("name", "image"), new XAttribute("value", "$image")));
        if (!plan.IsBlind)
            view.Add(new XElement("Header", new XAttribute("value", "The model said: $ml_prediction ($confidence)")));
        view.Add(
            new XElement(
                "Choices",
                new XAttribute("name", Control),
                new XAttribute("toName", "image"),
                new XAttribute("choice", "single"),
                new XAttribute("required", "true"),
                new XAttribute("showInLine", "true"),
                plan.Classes.Select(
                    (name, index) =>
                        new XElement(
                            "Choice",
                            new XAttribute("value", name),
                            index < Hotkeys.Length ? new XAttribute("hotkey", Hotkeys[index]) : null
                        )
                )
            ),
            new XElement(
                "TextArea",
                new XAttribute("name", "notes"),
                new XAttribute("toName", "image"),
                new XAttribute("rows", "2"),
                new XAttribute("required", "false"),
                new XAttribute("placeholder", "Note, if any")
            )
        );
        return view.ToString();
    }

    /// <summary>Whether both say the same; white space between elements says nothing.</summary>
    public static bool IsSame(string? left, string right) =>
        Parse(left) is { } one && Parse(right) is { } other && XNode.DeepEquals(one, other);

    /// <summary>Whether the page shows what the model had said, where tasks tell it.</summary>
    public static bool ShowsAnswer(string? config) => config is not null && Answer().IsMatch(config);

    /// <returns>Why labels of a page cannot be read as ours; null when they can.</returns>
    public static string? FindFault(string? config, IReadOnlyList<string> classes)
    {
        var controls = Parse(config)?.Descendants("Choices").ToList() ?? [];
        var ours = controls.FirstOrDefault(control => (string?)control.Attribute("name") is Control or LabControl)
            ?? (controls is [var only] ? only : null);
        if (ours is null)
            return $"its label config has no <Choices name=\"{Control}\">";
        var offered = ours.Descendants("Choice").Select(choice => (string?)choice.Attribute("value")).OfType<string>().ToList();
        var (missing, foreign) = (
            classes.Except(offered, StringComparer.Ordinal).ToList(),
            offered.Except(classes, StringComparer.Ordinal).ToList()
        );
        return (missing, foreign) switch
        {
            ({ Count: > 0 }, _) => $"its label config does not offer: {string.Join(", ", missing)}",
            (_, { Count: > 0 }) => $"its label config offers what is no class of the model: {string.Join(", ", foreign)}",
            _ => null,
        };
    }

    private static XElement? Parse(string? config)
    {
        try
        {
            return config is null ? null : XElement.Parse(config);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    [GeneratedRegex(
        @"\$(ml_prediction|confidence|object_key)\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Answer();
}
