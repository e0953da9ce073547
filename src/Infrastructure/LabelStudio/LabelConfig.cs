using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>Writes the labelling page of a project (what it shows and asks) as Label Studio's XML.</summary>
internal static partial class LabelConfig
{
    private const string Control = "label";
    private const string LabControl = "food_type";

    /// <summary>The same hotkeys as on the review page.</summary>
    private const string Hotkeys = "1234567890qwertyuiop";

    /// <summary>
    /// Position of the hotkey for "none of these classes": after that of the last class, but at least this position (<c>w</c>) when there
    /// are few classes.
    /// </summary>
    private const int NoneKey = 11;

    /// <summary>The height of the window without Label Studio's own bars above and below.</summary>
    private const string PhotoHeight = "calc(100vh - 194px)";

    /// <summary>
    /// Writes the page: the photo and, beside it (below it only in a narrow window), a choice of the classes and of the answers that are no
    /// class, and a note. If the loop is not blind, the page also shows the model's prediction.
    /// </summary>
    public static string Write(ProjectPlan plan)
    {
        var answers = Part(
            "flex: 1 1 11rem",
            plan.IsBlind ? null : new XElement("Header", new XAttribute("value", "The model said: $ml_prediction ($confidence)")),
            new XElement(
                "Choices",
                new XAttribute("name", Control),
                new XAttribute("toName", "image"),
                new XAttribute("choice", "single"),
                new XAttribute("required", "true"),
                plan.Classes.Select(ChoiceOf),
                ChoiceOf(AnswerChoices.NoneBeside(plan.Classes), Math.Max(NoneKey, plan.Classes.Count)),
                ChoiceOf(AnswerChoices.UnusableBeside(plan.Classes), Math.Max(NoneKey, plan.Classes.Count) + 1)
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
        var photo = new XElement(
            "Image",
            new XAttribute("name", "image"),
            new XAttribute("value", "$image"),
            new XAttribute("maxHeight", PhotoHeight)
        );
        return Part(
                "display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start",
                Part("flex: 3 1 16rem; min-width: 0", photo),
                answers
            )
            .ToString();
    }

    /// <summary>Whether two configs mean the same. White space between elements is ignored.</summary>
    public static bool IsSame(string? left, string right) =>
        Parse(left) is { } one && Parse(right) is { } other && XNode.DeepEquals(one, other);

    /// <summary>Whether the page shows the model's prediction when a task contains it.</summary>
    public static bool ShowsAnswer(string? config) => config is not null && Answer().IsMatch(config);

    /// <returns>Why labels from a page cannot be read as ours; null when they can.</returns>
    public static string? FindFault(string? config, IReadOnlyList<string> classes)
    {
        var controls = Parse(config)?.Descendants("Choices").ToList() ?? [];
        var ours = controls.FirstOrDefault(control => (string?)control.Attribute("name") is Control or LabControl)
            ?? (controls is [var only] ? only : null);
        if (ours is null)
            return $"its label config has no <Choices name=\"{Control}\">";
        var offered = ours.Descendants("Choice")
            .Select(choice => (string?)choice.Attribute("value"))
            .OfType<string>()
            .Select(ClassName.Normalize)
            .ToList();
        string[] answers = [AnswerChoices.NoneBeside(classes), AnswerChoices.UnusableBeside(classes)];
        var missing = classes.Except(offered, StringComparer.Ordinal).ToList();
        var foreign = offered.Except([.. classes, .. answers], StringComparer.Ordinal).ToList();
        string[] faults =
        [
            .. missing.Count > 0 ? [$"does not offer: {string.Join(", ", missing)}"] : Array.Empty<string>(),
            .. foreign.Count > 0 ? [$"offers choices that are not classes: {string.Join(", ", foreign)}"] : Array.Empty<string>(),
        ];
        return faults.Length == 0 ? null : $"its label config {string.Join("; it ", faults)}";
    }

    private static XElement Part(string style, params XElement?[] content) => new("View", new XAttribute("style", style), content);

    private static XElement ChoiceOf(string value, int place) =>
        new("Choice", new XAttribute("value", value), place < Hotkeys.Length ? new XAttribute("hotkey", Hotkeys[place]) : null);

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
