using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using GourmetGram.Application.Common;

namespace GourmetGram.WebApi.Lists;

/// <summary>
/// Writes rows of a list as CSV (RFC 4180). Columns have the names of the JSON members; the members of an inner object follow its name and
/// a dot. A list within a row is one cell, separated by semicolons.
/// </summary>
internal static class CsvTable
{
    /// <summary>Media type of the text.</summary>
    public const string MediaType = "text/csv";

    private static readonly HashSet<Type> Plain =
    [
        typeof(string),
        typeof(bool),
        typeof(int),
        typeof(long),
        typeof(double),
        typeof(Guid),
        typeof(DateOnly),
        typeof(DateTimeOffset),
    ];

    /// <summary>Returns the text, with a line of names first.</summary>
    public static string Of<TRow>(IEnumerable<TRow> rows)
    {
        var columns = ColumnsOf(typeof(TRow), "", row => row).ToList();
        var text = new StringBuilder().AppendJoin(',', columns.Select(column => column.Name)).Append("\r\n");
        foreach (var row in rows)
            text.AppendJoin(',', columns.Select(column => CellOf(column.ValueOf(row)))).Append("\r\n");
        return text.ToString();
    }

    private static IEnumerable<(string Name, Func<object?, object?> ValueOf)> ColumnsOf(
        Type type,
        string prefix,
        Func<object?, object?> valueOf
    )
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var name = prefix + JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            object? ValueOf(object? row) => valueOf(row) is { } owner ? property.GetValue(owner) : null;
            var kind = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (Plain.Contains(kind) || kind.IsEnum || kind.IsAssignableTo(typeof(IEnumerable)))
                yield return (name, ValueOf);
            else
            {
                foreach (var inner in ColumnsOf(kind, name + ".", ValueOf))
                    yield return inner;
            }
        }
    }

    private static string CellOf(object? value) =>
        value switch
        {
            null => "",
            string text => Quote(text),
            bool flag => flag ? "true" : "false",
            double number => number.ToString("R", CultureInfo.InvariantCulture),
            DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            IEnumerable list => Quote(string.Join(';', list.Cast<object?>().Select(CellOf))),
            _ => Quote(Convert.ToString(value, CultureInfo.InvariantCulture)!),
        };

    /// <summary>
    /// Quotes a text where CSV needs it. A text that a spreadsheet would run as a formula starts with an apostrophe, because visitors
    /// choose tags.
    /// </summary>
    private static string Quote(string text) => CsvText.Quote(text is ['=' or '+' or '-' or '@' or '\t', ..] ? "'" + text : text);
}
