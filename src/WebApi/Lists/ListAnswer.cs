using System.Net.Mime;
using GourmetGram.WebApi.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace GourmetGram.WebApi.Lists;

/// <summary>The format of an answer with a list.</summary>
internal enum ListFormat
{
    /// <summary>JSON.</summary>
    Json = 0,

    /// <summary>CSV (RFC 4180), one line per item.</summary>
    Csv,
}

/// <summary>Answers with a list, as JSON or as CSV.</summary>
internal static class ListAnswer
{
    public static void ProducesList<TResponse>(this RouteHandlerBuilder endpoint) =>
        endpoint
            // A second Produces for a status replaces the first one.
            .Produces<TResponse>(StatusCodes.Status200OK, MediaTypeNames.Application.Json, CsvTable.MediaType)
            .AddOpenApiOperationTransformer(
                (operation, _, _) =>
                {
                    if (operation.Responses?["200"].Content is { } content)
                        content[CsvTable.MediaType] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
                    return Task.CompletedTask;
                }
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound
            );

    public static IResult Of<TResponse, TRow>(
        HttpContext context,
        ListFormat? format,
        TResponse response,
        Func<TResponse, IReadOnlyList<TRow>> rowsOf
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Vary = HeaderNames.Accept;
        return (format ?? PreferredFormat(context.Request)) == ListFormat.Csv
            ? TypedResults.Text(CsvTable.Of(rowsOf(response)), $"{CsvTable.MediaType}; charset=utf-8")
            : TypedResults.Ok(response);
    }

    private static ListFormat PreferredFormat(HttpRequest request) =>
        request
            .GetTypedHeaders()
            .Accept.Where(type => type.Quality is not 0)
            .OrderByDescending(type => type.Quality ?? 1)
            .Select(type =>
                type.MediaType == CsvTable.MediaType ? ListFormat.Csv
                : type.MatchesAllTypes || type.MediaType.StartsWith("application/", StringComparison.Ordinal) ? ListFormat.Json
                : (ListFormat?)null
            )
            .FirstOrDefault(found => found is not null)
        ?? ListFormat.Json;
}
