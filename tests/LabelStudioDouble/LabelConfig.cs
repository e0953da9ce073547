using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>The XML of a labelling page, as far as images with choices need it.</summary>
internal sealed class LabelConfig
{
    private static readonly string[] Objects = ["Image", "Text"];

    private readonly XElement root;

    private LabelConfig(XElement root) => this.root = root;

    /// <summary>What people choose with.</summary>
    private IEnumerable<XElement> Controls => root.Descendants("Choices").Where(choices => choices.Attribute("name") is not null);

    public bool HasControls => Controls.Any();

    /// <summary>Fields of a task's data that the page shows: <c>image</c> for <c>$image</c>.</summary>
    public IEnumerable<string> Variables =>
        Inputs.Select(input => input.Attribute("value")!.Value).Where(value => value.StartsWith('$')).Select(value => value[1..]);

    private IEnumerable<XElement> Inputs =>
        root.Descendants().Where(element => Objects.Contains(element.Name.LocalName) && element.Attribute("value") is not null);

    /// <summary>Of one that a form has checked.</summary>
    public static LabelConfig ParseForProject(string xml) => TryParse(xml, out _)!;

    /// <returns>What projects refuse: broken XML, or a control that speaks of something that is not there.</returns>
    private static string? FindFault(string xml)
    {
        if (TryParse(xml, out var fault) is not { } config)
            return xml.Contains('>') && xml.LastIndexOf('<') > xml.LastIndexOf('>')
                ? $"unclosed token: line 1, column {xml.LastIndexOf('<')}"
                : fault;
        var names = config.root.Descendants().Select(element => element.Attribute("name")?.Value).OfType<string>().ToList();
        return
            config
                .Controls.Select(control => control.Attribute("toName")?.Value)
                .OfType<string>()
                .FirstOrDefault(target => !names.Contains(target))
                is { } target
            ? $"toName=\"{target}\" not found in names: "
                + $"[{string.Join(", ", names.Order(StringComparer.Ordinal).Select(name => $"'{name}'"))}]"
            : null;
    }

    /// <summary>Reads it from a form of a project.</summary>
    /// <exception cref="FormRules.Wrong">It is no text, broken, or a control speaks of something that is not there.</exception>
    public static JsonNode Check(JsonNode? value)
    {
        if (value is null)
            throw new FormRules.Wrong("can only parse strings");
        if (value.GetValueKind() == JsonValueKind.Number)
            throw new FormRules.Wrong("syntax error: line 1, column 0");
        if (value.GetValueKind() != JsonValueKind.String)
            throw new NotSupportedException($"No recording has a {value.GetValueKind()} as label_config.");
        if (FindFault(value.GetValue<string>()) is { } fault)
            throw new FormRules.Wrong(fault);
        return value.DeepClone();
    }

    /// <exception cref="Refusal">400 as <c>validate</c> answers it.</exception>
    public static LabelConfig ParseToValidate(string xml, bool is116)
    {
        if (TryParse(xml, out var fault) is { } config)
            return config;
        var tag = xml[(xml.LastIndexOf('<') + 1)..];
        var detail =
            xml.LastIndexOf('<') > xml.LastIndexOf('>')
                ? $"Couldn't find end of Start Tag {tag} line 1, line 1, column {xml.Length + 1} (<string>, line 1)"
                : fault;
        throw new Refusal(StatusCodes.Status400BadRequest, detail)
        {
            StatusInBody = is116 ? StatusCodes.Status500InternalServerError : StatusCodes.Status400BadRequest,
        };
    }

    /// <summary>Of a configuration that was accepted before.</summary>
    public static LabelConfig Of(ProjectRow project) => TryParse(project.LabelConfig, out _)!;

    /// <summary>Whether a result of an annotation still has its control here.</summary>
    public bool HasControl(string fromName, string toName, string type) =>
        Controls.Any(control =>
            control.Attribute("name")!.Value == fromName
            && control.Attribute("toName")?.Value == toName
            && string.Equals(control.Name.LocalName, type, StringComparison.OrdinalIgnoreCase)
        );

    public bool HasChoice(string fromName, string choice) =>
        Controls.Any(control => control.Attribute("name")!.Value == fromName && ChoicesOf(control).Any(value => value == choice));

    /// <summary>As <c>parsed_label_config</c> in answers.</summary>
    public JsonObject Parsed() =>
        new(
            Controls.Select(control =>
                KeyValuePair.Create(
                    control.Attribute("name")!.Value,
                    (JsonNode?)
                        new JsonObject
                        {
                            ["type"] = control.Name.LocalName,
                            ["to_name"] = new JsonArray(control.Attribute("toName")?.Value),
                            ["inputs"] = new JsonArray([
                                .. Inputs.Select(input => new JsonObject
                                {
                                    ["type"] = input.Name.LocalName,
                                    ["valueType"] = null,
                                    ["value"] = input.Attribute("value")!.Value.TrimStart('$'),
                                }),
                            ]),
                            ["labels"] = new JsonArray([.. ChoicesOf(control).Select(value => JsonValue.Create(value))]),
                            ["labels_attrs"] = new JsonObject(
                                control
                                    .Elements("Choice")
                                    .Select(choice =>
                                        KeyValuePair.Create(
                                            choice.Attribute("value")!.Value,
                                            (JsonNode?)
                                                new JsonObject(
                                                    choice
                                                        .Attributes()
                                                        .Select(attribute =>
                                                            KeyValuePair.Create(
                                                                attribute.Name.LocalName,
                                                                (JsonNode?)JsonValue.Create(attribute.Value)
                                                            )
                                                        )
                                                )
                                        )
                                    )
                            ),
                        }
                )
            )
        );

    /// <summary>As <c>control_weights</c> in answers.</summary>
    public JsonObject Weights() =>
        new(
            Controls.Select(control =>
                KeyValuePair.Create(
                    control.Attribute("name")!.Value,
                    (JsonNode?)
                        new JsonObject
                        {
                            ["overall"] = 1.0,
                            ["type"] = control.Name.LocalName,
                            ["labels"] = new JsonObject(
                                ChoicesOf(control).Select(value => KeyValuePair.Create(value, (JsonNode?)JsonValue.Create(1.0)))
                            ),
                        }
                )
            )
        );

    private static IEnumerable<string> ChoicesOf(XElement control) =>
        control.Elements("Choice").Select(choice => choice.Attribute("value")!.Value);

    private static LabelConfig? TryParse(string xml, out string fault)
    {
        try
        {
            fault = "";
            return new LabelConfig(XElement.Parse(xml));
        }
        catch (XmlException e)
        {
            fault = e.Message;
            return null;
        }
    }
}
