using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>
/// What a form takes. Values that can be read as one of a member's kind are, members that it does not know are ignored, and all members
/// that it refuses are named in one answer. Only what was recorded is answered; <see cref="NotSupportedException"/> for the rest.
/// </summary>
internal sealed class FormRules(bool is116)
{
    private static readonly string[] Yes = ["t", "T", "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "1"];
    private static readonly string[] No = ["f", "F", "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", "0"];

    private readonly Dictionary<string, Func<JsonNode?, JsonNode?>> members = new(StringComparer.Ordinal);

    public FormRules Text(string name, bool mayBeNull = true, Func<string, string?>? fault = null) => With(name, mayBeNull, value =>
        {
            var text = value.GetValueKind() switch
            {
                JsonValueKind.String => value.GetValue<string>(),
                JsonValueKind.Number => value.ToJsonString(),
                _ => throw new Wrong("Not a valid string."),
            };
            return fault?.Invoke(text) is { } reason ? throw new Wrong(reason) : text;
        });

    public FormRules Integer(string name) => With(name, mayBeNull: false, value => value.GetValueKind() switch
            {
                JsonValueKind.Number when ((JsonValue)value).TryGetValue<int>(out var number) => number,
                JsonValueKind.String
                    when int.TryParse(
                        value.GetValue<string>(),
                        NumberStyles.AllowLeadingSign,
                        CultureInfo.InvariantCulture,
                        out var number
                    ) => number,
                _ => throw new Wrong("A valid integer is required."),
            });

    public FormRules Number(string name) => With(name, mayBeNull: true, value => value.GetValueKind() switch
            {
                JsonValueKind.Number => value.DeepClone(),
                JsonValueKind.String when double.TryParse(value.GetValue<string>(), CultureInfo.InvariantCulture, out var number) => number,
                _ => throw new Wrong("A valid number is required."),
            });

    public FormRules Flag(string name, bool mayBeNull = false) => With(name, mayBeNull, value => value.GetValueKind() switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.String or JsonValueKind.Number when Yes.Contains(value.ToString()) => true,
                JsonValueKind.String or JsonValueKind.Number when No.Contains(value.ToString()) => false,
                _ => throw new Wrong("Must be a valid boolean."),
            });

    public FormRules Choice(string name, params string[] allowed) =>
        With(name, mayBeNull: null, value =>
            allowed.Contains(value.ToString()) ? value.ToString() : throw new Wrong($"\"{value}\" is not a valid choice.")
        );

    /// <param name="name">Member that holds the number of something.</param>
    /// <param name="exists">Whether there is such a thing.</param>
    public FormRules Key(string name, Func<int, bool> exists) => With(name, mayBeNull: false, value => value.GetValueKind() switch
            {
                JsonValueKind.Number when ((JsonValue)value).TryGetValue<int>(out var number) => exists(number)
                    ? number
                    : throw new Wrong($"Invalid pk \"{number}\" - object does not exist."),
                JsonValueKind.String => throw new Wrong("Incorrect type. Expected pk value, received str."),
                _ => throw new NotSupportedException($"No recording has a {value.GetValueKind()} as {name}."),
            });

    /// <param name="name">Member with rules of its own.</param>
    /// <param name="read">Reads it; throws <see cref="Wrong"/>.</param>
    public FormRules Other(string name, Func<JsonNode?, JsonNode?> read)
    {
        members[name] = read;
        return this;
    }

    /// <returns>What was sent, each member as its kind; members without a rule as they are.</returns>
    /// <exception cref="Refusal">400: some of it is of a wrong kind, or it is no object.</exception>
    public JsonObject Read(Call call, params string[] required)
    {
        if (call.Body is null && call.IsSent)
            throw Refusal.Invalid("non_field_errors", "No data provided");
        if (call.Body is not null and not JsonObject)
            throw Refusal.Invalid("non_field_errors", $"Invalid data. Expected a dictionary, but got {TypeOf(call.Body)}.");
        var (read, faults) = (new JsonObject(), new JsonObject());
        foreach (var name in required.Where(name => !call.Form.ContainsKey(name)))
            faults[name] = new JsonArray("This field is required.");
        foreach (var (name, value) in call.Form)
        {
            try
            {
                read[name] = members.TryGetValue(name, out var rule) ? rule(value) : value?.DeepClone();
            }
            catch (Wrong wrong)
            {
                faults[name] = wrong.Reasons;
            }
        }

        return faults.Count == 0 ? read : throw new Refusal(StatusCodes.Status400BadRequest, "Validation error", faults);
    }

    /// <returns>A type as Python calls it.</returns>
    public static string TypeOf(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.Array => "list",
            JsonValueKind.Object => "dict",
            JsonValueKind.String => "str",
            JsonValueKind.Number => "int",
            _ => "bool",
        };

    private FormRules With(string name, bool? mayBeNull, Func<JsonNode, JsonNode?> read) => Other(name, value =>
        {
            if (value is null)
            {
                return mayBeNull switch
                {
                    true => null,
                    false => throw new Wrong("This field may not be null."),
                    _ => throw new NotSupportedException($"No recording has null as {name}."),
                };
            }

            var result = read(value);
            // 1.16 was not asked what it makes of other kinds.
            return !is116 || result?.GetValueKind() == value.GetValueKind()
                ? result
                : throw new NotSupportedException($"No recording of 1.16 has {value.ToJsonString()} as {name}.");
        });

    /// <summary>A member is refused.</summary>
    internal sealed class Wrong : Exception
    {
        public Wrong(params string[] reasons) => Reasons = new JsonArray([.. reasons.Select(reason => JsonValue.Create(reason))]);

        public Wrong(JsonObject reasons) => Reasons = reasons;

        public JsonNode Reasons { get; }
    }
}
