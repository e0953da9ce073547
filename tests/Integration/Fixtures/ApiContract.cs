using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>What an OpenAPI document promises about answers. Members that it does not describe are faults.</summary>
internal sealed partial class ApiContract
{
    private readonly JsonObject components;
    private readonly List<Operation> operations = [];
    private readonly ConcurrentDictionary<string, JsonSchema> schemas = new(StringComparer.Ordinal);

    private ApiContract(JsonNode document)
    {
        components = document["components"]!["schemas"]!.AsObject();
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            var pattern = new Regex(
                $"^{ParameterPattern().Replace(Regex.Escape(path), "[^/]+")}/?$",
                RegexOptions.None,
                TimeSpan.FromSeconds(1)
            );
            foreach (var (method, operation) in methods!.AsObject())
                operations.Add(new Operation(method.ToUpperInvariant(), path, pattern, operation!));
        }

        // A literal segment goes before a parameter: /predictions/batch is no prediction.
        operations.Sort((a, b) => a.Path.Count(c => c == '{').CompareTo(b.Path.Count(c => c == '{')));
    }

    public static ApiContract Parse(string document) => new(JsonNode.Parse(document)!);

    /// <summary>Every example of an answer or a request, with why it does not fit its schema; null where it does.</summary>
    public IEnumerable<(string Where, string? Fault)> CheckExamples()
    {
        foreach (var operation in operations)
        {
            foreach (var (status, answer) in operation.Description["responses"]!.AsObject())
            {
                foreach (var found in CheckContent($"{operation.Method} {operation.Path} {status}", answer?["content"]))
                    yield return found;
            }

            foreach (
                var found in CheckContent($"{operation.Method} {operation.Path} body", operation.Description["requestBody"]?["content"])
            )
                yield return found;
        }
    }

    /// <summary>Why an answer is not one that the document describes; null if it is.</summary>
    public string? FindFault(string method, string path, int status, string? mediaType, string? json)
    {
        var known = operations.Where(operation => operation.Pattern.IsMatch(path)).ToList();
        var operation = known.FirstOrDefault(operation => operation.Method == method);
        if (operation is null)
        {
            // What is not described does not exist, or not for this method. HEAD follows GET and OPTIONS is the browser's question.
            return status is 404 or 405 || method is "HEAD" or "OPTIONS"
                ? null
                : $"the document does not describe {method} {path}, yet it was answered {status}.";
        }

        var responses = operation.Description["responses"]!;
        var answer = responses[status.ToString(CultureInfo.InvariantCulture)] ?? (status >= 400 ? responses["default"] : null);
        if (answer is null)
            return $"status {status} is not described.";
        if (answer["content"] is not JsonObject contents)
            return mediaType is null ? null : $"status {status} is described without a body, but {mediaType} came.";
        if (mediaType is null || contents[mediaType] is not { } content)
            return $"status {status} is described as "
                + $"{string.Join(", ", contents.Select(pair => pair.Key))}, but {mediaType ?? "nothing"} came.";
        return json is not null && content["schema"] is { } schema ? FindFault(schema, json) : null;
    }

    private IEnumerable<(string Where, string? Fault)> CheckContent(string where, JsonNode? contents)
    {
        foreach (var (mediaType, content) in contents?.AsObject() ?? [])
        {
            if (content?["example"] is { } example && content["schema"] is { } schema)
                yield return ($"{where} {mediaType}", FindFault(schema, example.ToJsonString()));
        }
    }

    private string? FindFault(JsonNode schema, string json)
    {
        var compiled = schemas.GetOrAdd(schema.ToJsonString(), Compile);
        using var document = JsonDocument.Parse(json);
        var result = compiled.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        if (result.IsValid)
            return null;
        var faults = (result.Details ?? [])
            .Where(detail => detail.Errors is not null)
            .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"));
        return string.Join("; ", faults);
    }

    private JsonSchema Compile(string schema)
    {
        var whole = new JsonObject { ["$defs"] = components.DeepClone(), ["allOf"] = new JsonArray(JsonNode.Parse(schema)) };
        Close(whole);
        return JsonSchema.FromText(whole.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));
    }

    /// <summary>Makes each object refuse members that it does not name.</summary>
    private static void Close(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject schema:
                foreach (var child in schema.Select(pair => pair.Value).ToList())
                    Close(child);
                if (schema["properties"] is JsonObject && schema["type"] is not null && !schema.ContainsKey("additionalProperties"))
                    schema["additionalProperties"] = false;
                break;
            case JsonArray list:
                foreach (var child in list)
                    Close(child);
                break;
            default:
                break;
        }
    }

    [GeneratedRegex(@"\\{[^}]+}")]
    private static partial Regex ParameterPattern();

    private sealed record Operation(string Method, string Path, Regex Pattern, JsonNode Description);
}
