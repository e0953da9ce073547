using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>The table of docs/settings.md, made from the options classes, so that names, defaults and meanings are written once.</summary>
internal static class SettingsTable
{
    public static string Render()
    {
        var table = new StringBuilder("| setting | default | allowed | meaning |\n|---|---|---|---|\n");
        foreach (var type in SettingsTypes.All)
            AddRows(table, type, Settings.SectionOf(type));
        return table.ToString();
    }

    private static void AddRows(StringBuilder table, Type type, string section)
    {
        foreach (var property in Settings.PropertiesOf(type))
        {
            var meaning = property.GetCustomAttribute<DescriptionAttribute>()?.Description
                ?? throw new InvalidOperationException($"{type.Name}.{property.Name} has no [Description].");
            if (property.GetCustomAttribute<SecretAttribute>() is not null)
                meaning += " A secret: may be given as a file.";
            table.Append(
                CultureInfo.InvariantCulture,
                $"| `{section}:{property.Name}` | {DefaultOf(type, property)} | {Allowed(property)} | {meaning} |\n"
            );
            if (Settings.EntryOf(property) is { } entry)
                AddRows(table, entry, $"{section}:{property.Name}:0");
        }
    }

    public static string DefaultOf(Type type, PropertyInfo property) => Default(property.GetValue(Activator.CreateInstance(type)));

    private static string Default(object? value) =>
        value switch
        {
            null or "" => "",
            System.Collections.IEnumerable and not string => "",
            _ => $"`{value}`",
        };

    public static string Allowed(PropertyInfo property) =>
        property switch
        {
            { PropertyType.IsEnum: true } => string.Join(", ", Enum.GetNames(property.PropertyType).Select(name => $"`{name}`")),
            _ when property.GetCustomAttribute<RangeAttribute>() is { } range => $"{range.Minimum} to {range.Maximum}",
            _ when property.GetCustomAttribute<AllowedValuesAttribute>() is { } values => string.Join(
                ", ",
                values.Values.Where(v => v is not (null or "")).Select(v => $"`{v}`")
            ),
            _ => "",
        };
}
