using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace GourmetGram.Domain.Feedback;

/// <summary>
/// One setting of a strategy, as a form shows it. The setting is read from a property of the settings record: its
/// <see cref="DisplayAttribute"/> gives the label and the help text, and its <see cref="RangeAttribute"/> gives the valid numbers. Whole
/// numbers, decimal numbers and switches are supported.
/// </summary>
/// <param name="Name">Name in the API, camelCase.</param>
/// <param name="Label">Label in the form.</param>
/// <param name="Help">Help text, a sentence.</param>
/// <param name="Type"><see cref="int"/>, <see cref="double"/> or <see cref="bool"/>.</param>
/// <param name="Minimum">The smallest valid value; null when there is none.</param>
/// <param name="Maximum">The largest valid value; null when there is none.</param>
public sealed record SettingField(string Name, string Label, string Help, Type Type, double? Minimum, double? Maximum)
{
    /// <summary>Returns the settings of a settings record, in the order of its properties.</summary>
    /// <exception cref="ArgumentException">A property has no label or no help text, or its type is not supported.</exception>
    public static ImmutableArray<SettingField> Of(Type record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return [.. PropertiesOf(record).Select(From)];
    }

    /// <summary>Returns the values of a settings record by name, in the format that <see cref="Read"/> accepts.</summary>
    public static ImmutableSortedDictionary<string, string> Write(object settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return PropertiesOf(settings.GetType())
            .ToImmutableSortedDictionary(
                property => NameOf(property),
                property => Convert.ToString(property.GetValue(settings), CultureInfo.InvariantCulture)!,
                StringComparer.Ordinal
            );
    }

    /// <summary>
    /// Creates a settings record of this type with these values. Settings without a value keep their default, and unknown names are
    /// ignored.
    /// </summary>
    /// <exception cref="FormatException">A value has the wrong format.</exception>
    public static object Read(Type record, IReadOnlyDictionary<string, string> values)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(values);
        var settings = Activator.CreateInstance(record)!;
        foreach (var property in PropertiesOf(record))
        {
            if (values.TryGetValue(NameOf(property), out var text))
                property.SetValue(settings, From(property).Parse(text));
        }

        return settings;
    }

    /// <summary>Converts a text to a number or a truth value.</summary>
    /// <exception cref="FormatException">The text has the wrong format.</exception>
    public object Parse(string text) => Convert.ChangeType(text, Type, CultureInfo.InvariantCulture);

    /// <returns>Null when the value is valid; otherwise what to do, in a sentence.</returns>
    public string? FindFault(string text)
    {
        if (Type == typeof(bool))
            return bool.TryParse(text, out _) ? null : "Enter true or false.";
        var isNumber =
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            && (Type != typeof(int) || int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _));
        if (!isNumber)
            return $"Enter a {(Type == typeof(int) ? "whole " : "")}number{Limits}.";
        if (number < Minimum)
            return $"{text} is too low. Enter a number{Limits}.";
        return number > Maximum ? $"{text} is too high. Enter a number{Limits}." : null;
    }

    private string Limits =>
        (Minimum, Maximum) switch
        {
            ({ } least, { } most) => string.Create(CultureInfo.InvariantCulture, $" from {least} to {most}"),
            ({ } least, null) => string.Create(CultureInfo.InvariantCulture, $", {least} or more"),
            (null, { } most) => string.Create(CultureInfo.InvariantCulture, $", {most} or less"),
            _ => "",
        };

    private static SettingField From(PropertyInfo property)
    {
        var display = property.GetCustomAttribute<DisplayAttribute>();
        if (display?.Name is not { Length: > 0 } label || display.Description is not { Length: > 0 } help)
            throw new ArgumentException(
                $"{property.DeclaringType!.Name}.{property.Name} needs [Display(Name = …, Description = …)].",
                nameof(property)
            );
        if (property.PropertyType != typeof(int) && property.PropertyType != typeof(double) && property.PropertyType != typeof(bool))
            throw new ArgumentException(
                $"{property.DeclaringType!.Name}.{property.Name} is a {property.PropertyType.Name}: a setting must be int, double or bool.",
                nameof(property)
            );
        var range = property.GetCustomAttribute<RangeAttribute>();
        return new SettingField(NameOf(property), label, help, property.PropertyType, ToNumber(range?.Minimum), ToNumber(range?.Maximum));
    }

    private static double? ToNumber(object? value) => value is null ? null : Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static IEnumerable<PropertyInfo> PropertiesOf(Type record) =>
        record.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(property => property.CanWrite);

    private static string NameOf(PropertyInfo property) => char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
}
