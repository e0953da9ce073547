using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>A request that has found its handler.</summary>
/// <param name="Request">The whole of it.</param>
/// <param name="Ids">Numbers in the path, in their order.</param>
/// <param name="Body">What was sent as JSON; null when nothing was, and for <c>null</c>.</param>
/// <param name="IsSent">Whether anything was.</param>
/// <param name="CurrentUser">Who asks; null where everybody may.</param>
internal sealed record Call(HttpRequest Request, IReadOnlyList<int> Ids, JsonNode? Body, bool IsSent, UserRow? CurrentUser)
{
    public int Id => Ids[0];

    public UserRow User => CurrentUser!;

    /// <summary>What was sent as an object; empty when nothing was.</summary>
    public JsonObject Form => Body as JsonObject ?? [];

    public string? Query(string name) => Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    public int? QueryNumber(string name) => int.TryParse(Query(name), CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The server's address as the caller knows it, without a slash at the end.</summary>
    public string Host => $"{Request.Scheme}://{Request.Host}";
}

/// <summary>What a handler answers.</summary>
/// <param name="Status">HTTP's number.</param>
/// <param name="Content">The bytes; empty for none.</param>
/// <param name="ContentType">Null for an answer without content.</param>
internal sealed record Answer(int Status, ReadOnlyMemory<byte> Content, string? ContentType)
{
    private const string Page =
        "\n\n\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <meta charset=\"utf-8\">\n  <title>Label "
        + "Studio</title>\n</head>\n<body></body>\n</html>\n";

    public static Answer Empty(int status) => new(status, default, ContentType: null);

    public static Answer Of(JsonNode body, int status = StatusCodes.Status200OK, string contentType = "application/json") =>
        new(status, System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()), contentType);

    public static Answer Html(int status, string page = Page) =>
        new(status, System.Text.Encoding.UTF8.GetBytes(page), "text/html; charset=utf-8");

    /// <summary>More headers than the type of the content.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Answer With(string header, string value)
    {
        Headers[header] = value;
        return this;
    }
}

/// <summary>An answer that is no success, in the form that Label Studio gives to all of them.</summary>
/// <param name="status">HTTP's number.</param>
/// <param name="detail">What happened.</param>
/// <param name="validationErrors">For a 400 that speaks of what was sent: the reasons by field.</param>
internal sealed class Refusal(int status, string detail, JsonObject? validationErrors = null) : Exception(detail)
{
    public int Status { get; } = status;

    /// <summary>What stands as <c>status_code</c> in the body; in one place of 1.16 another number.</summary>
    public int StatusInBody { get; init; } = status;

    /// <summary>Refuses one field, or all of it as <c>non_field_errors</c>.</summary>
    public static Refusal Invalid(string field, params IEnumerable<JsonNode> reasons) =>
        new(StatusCodes.Status400BadRequest, "Validation error", new JsonObject { [field] = new JsonArray([.. reasons]) });

    /// <summary>Refuses items of a field, by their number.</summary>
    public static Refusal Invalid(string field, JsonObject reasons) =>
        new(StatusCodes.Status400BadRequest, "Validation error", new JsonObject { [field] = reasons });

    public static Refusal Forbidden() => new(StatusCodes.Status403Forbidden, "You do not have permission to perform this action.");

    public static Refusal NotFound(string detail) => new(StatusCodes.Status404NotFound, detail);

    /// <summary>A path or an id that no view knows: Django's own page.</summary>
    public static Refusal Page() => new(StatusCodes.Status404NotFound, "") { IsPage = true };

    public bool IsPage { get; private init; }

    public Answer ToAnswer(string version, string id)
    {
        if (IsPage)
            return Answer.Html(Status);
        var body = new JsonObject
        {
            ["id"] = id,
            ["status_code"] = StatusInBody,
            ["version"] = version,
            ["detail"] = Message,
            // 1.16 shows where in its code an unexpected error arose.
            ["exc_info"] =
                StatusInBody >= 500 && version == LabelStudioDouble.Version116
                    ? $"Traceback (most recent call last):\n  …\n{Message}\n"
                    : null,
        };
        if (validationErrors is not null)
            body["validation_errors"] = validationErrors.DeepClone();
        var answer = Answer.Of(body, Status);
        return Status == StatusCodes.Status401Unauthorized ? answer.With("WWW-Authenticate", "Token") : answer;
    }
}
