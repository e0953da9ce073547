using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using GourmetGram.Application.Access;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Cors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Classification;

/// <summary>Maps <c>/media/{id}</c> (photos by signed link) and <c>/api/v1/media-keys</c> (the keys that sign those links).</summary>
internal static class MediaEndpoints
{
    private const int DefaultSeconds = 3600;
    private const int LongestLinkSeconds = 604_800;

    /// <param name="Width">Most pixels of the longer side: 160, 480 or 1280; left out or null for the photo itself.</param>
    /// <param name="Seconds">How long the link is valid, 1 to 604800; left out or null for an hour.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record LinkWanted(
        [property: AllowedValues(null, 160, 480, 1280)] int? Width = null,
        [property: Range(1, LongestLinkSeconds)] int? Seconds = null
    );

    /// <param name="Items">Keys, newest first.</param>
    internal sealed record KeyList(IReadOnlyList<MediaKeyView> Items);

    public static void MapMedia(this IEndpointRouteBuilder app) =>
        app.MapGet("/media/{id:guid}", GetAsync)
            .WithName("GetMedia")
            .WithTags("Predictions")
            .RequireAuthorization(Policies.Visitor)
            // Any site may embed the photo, because the link is the permission. The headers are therefore the same for all origins.
            .WithMetadata(new DisableCorsAttribute())
            .WithSummary("Get a photo by signed link")
            .WithDescription(
                "Needs no cookie and no API key. `k` is the id of the signing key, `s` the signature, `e` the Unix time at "
                    + "which the link expires (never, if left out), `w` the longer side of a JPEG thumbnail. "
                    + "Supports `Range` and `If-None-Match`."
            )
            .AnswersPhoto()
            .HidesPlaceOfPhoto()
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status503ServiceUnavailable
            );

    public static void MapMediaLinks(this IEndpointRouteBuilder api)
    {
        api.MapPost("/predictions/{id:guid}/media-link", CreateAsync)
            .WithName("CreateMediaLink")
            .WithTags("Predictions")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Create a temporary link to a photo")
            .WithDescription("Anyone who has the link can see the photo, until the link expires or its key is revoked.")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        var keys = api.MapGroup("/media-keys").WithTags("Media keys").RequireAuthorization(Policies.Admin);
        keys.MapGet("/", async (IMediaKeys all, CancellationToken cancellationToken) =>
                TypedResults.Ok(new KeyList(await all.ListAsync(cancellationToken)))
            )
            .WithName("ListMediaKeys")
            .WithSummary("List the keys that sign links to photos")
            .WithDescription("Every link to a photo is signed with one of these keys. Their secrets are not shown.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        keys.MapPost("/rotate", async (HttpContext context, IMediaKeys all, CancellationToken cancellationToken) =>
                TypedResults.Ok(await all.RotateAsync(context.User.Who(), cancellationToken))
            )
            .WithName("RotateMediaKey")
            .WithSummary("Create a new signing key")
            .WithDescription("New links are signed with the new key. Links signed with earlier keys work until their key is revoked.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        keys.MapPost("/{id}/revoke", async (string id, HttpContext context, IMediaKeys all, CancellationToken cancellationToken) =>
                TypedResults.Ok(await all.RevokeAsync(id, context.User.Who(), cancellationToken))
            )
            .WithName("RevokeMediaKey")
            .WithSummary("Revoke a signing key")
            .WithDescription(
                "All links signed with the key stop working permanently, on every node within seconds. Copies already downloaded or "
                    + "cached are not affected. If the key was the current one, the next link creates a new key."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
    }

    private static async Task<FileStreamHttpResult> GetAsync(
        Guid id,
        [FromQuery] string? k,
        [FromQuery] string? s,
        [FromQuery] long? e,
        [FromQuery] int? w,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        var expiresAt = e is { } seconds ? EndOf(seconds) : (DateTimeOffset?)null;
        var image = await mediator.Send(new GetMedia.Query(new MediaLink(id, w, expiresAt), k, s), cancellationToken);
        return PhotoResult.Of(image, context);
    }

    private static async Task<Ok<CreateMediaLink.Response>> CreateAsync(
        Guid id,
        [FromBody] LinkWanted wanted,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await mediator.Send(
                new CreateMediaLink.Command(
                    id,
                    context.User.ToCaller(),
                    TimeSpan.FromSeconds(wanted.Seconds ?? DefaultSeconds),
                    wanted.Width
                ),
                cancellationToken
            )
        );

    private static DateTimeOffset EndOf(long seconds) =>
        seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new LinkRefusedException("This link is not valid: its expiry time is out of range.");
}
