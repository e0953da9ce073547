using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>The parameter <c>query</c> of the task list: filters and an order, as the data manager sends them.</summary>
internal static class TaskQuery
{
    /// <exception cref="Refusal">500: it is no JSON.</exception>
    public static IEnumerable<TaskRow> Apply(Database data, IEnumerable<TaskRow> tasks, string? query)
    {
        if (string.IsNullOrEmpty(query))
            return tasks.OrderBy(task => task.Id);
        JsonObject parsed;
        try
        {
            parsed = JsonNode.Parse(query) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            throw new Refusal(StatusCodes.Status500InternalServerError, "Expected object or value");
        }

        var filters = (parsed["filters"]?["items"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        var isAny = parsed["filters"]?["conjunction"]?.ToString() == "or";
        var found = tasks.Where(task =>
            filters.Count == 0
            || (isAny ? filters.Exists(filter => Fits(data, task, filter)) : filters.TrueForAll(filter => Fits(data, task, filter)))
        );
        return Order(data, found, parsed["ordering"] as JsonArray);
    }

    private static IEnumerable<TaskRow> Order(Database data, IEnumerable<TaskRow> tasks, JsonArray? ordering)
    {
        if (ordering is not [{ } first, ..])
            return tasks.OrderBy(task => task.Id);
        var name = first.ToString();
        var field = name.TrimStart('-').Replace("tasks:", "", StringComparison.Ordinal);
        var ordered = name.StartsWith('-')
            ? tasks.OrderByDescending(task => ValueOf(data, task, field), Comparer<object?>.Create(Compare))
            : tasks.OrderBy(task => ValueOf(data, task, field), Comparer<object?>.Create(Compare));
        return ordered.ThenBy(task => task.Id);
    }

    private static bool Fits(Database data, TaskRow task, JsonObject filter)
    {
        var value = ValueOf(data, task, filter.Text("filter").Replace("filter:tasks:", "", StringComparison.Ordinal).TrimStart('-'));
        var asked = filter["value"];
        if (filter.Text("operator") == "empty")
            return string.IsNullOrEmpty(value?.ToString()) == (asked?.ToString() is "true" or "True");
        if (value is null || asked is null)
            return false;
        object wanted = value switch
        {
            double => double.Parse(asked.ToString(), CultureInfo.InvariantCulture),
            DateTimeOffset => DateTimeOffset.Parse(asked.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            _ => asked.ToString(),
        };
        var order = Compare(value, wanted);
        return filter.Text("operator") switch
        {
            "equal" => order == 0,
            "not_equal" => order != 0,
            "greater" => order > 0,
            "greater_or_equal" => order >= 0,
            "less" => order < 0,
            "less_or_equal" => order <= 0,
            "contains" => value.ToString()!.Contains(wanted.ToString()!, StringComparison.OrdinalIgnoreCase),
            var unknown => throw new NotSupportedException($"The double knows no operator '{unknown}'."),
        };
    }

    private static object? ValueOf(Database data, TaskRow task, string field) =>
        field switch
        {
            "id" => (double)task.Id,
            "inner_id" => (double)task.InnerId,
            "total_annotations" => (double)data.AnnotationsOf(task).Count(annotation => !annotation.WasCancelled),
            "cancelled_annotations" => (double)data.AnnotationsOf(task).Count(annotation => annotation.WasCancelled),
            "total_predictions" => (double)data.Predictions.Count(prediction => prediction.Task == task.Id),
            "created_at" => task.CreatedAt,
            "updated_at" => task.UpdatedAt,
            "storage_filename" => task.Origin?.Key,
            _ when field.StartsWith("data.", StringComparison.Ordinal) => task.Data[field["data.".Length..]]?.ToString(),
            _ => throw new NotSupportedException($"The double knows no column '{field}'."),
        };

    private static int Compare(object? first, object? second) =>
        (first, second) switch
        {
            (string a, string b) => string.CompareOrdinal(a, b),
            _ => Comparer<object>.Default.Compare(first, second),
        };
}
