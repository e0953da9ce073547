using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi;
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
            .WithSummary("A photo by signed link")
            .WithDescription(
                "Needs no cookie and no key: the link is the permission. `k` names the key, `s` is the signature, `e` the Unix time at "
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
            .WithSummary("A link to the photo for somebody else, for a while")
            .WithDescription("Whoever has the link sees the photo, without cookie or key, until it expires or its key is revoked.")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        var keys = api.MapGroup("/media-keys").WithTags("Media keys").RequireAuthorization(Policies.Admin);
        keys.MapGet("/", async (IMediaKeys all, CancellationToken cancellationToken) =>
                TypedResults.Ok(new KeyList(await all.ListAsync(cancellationToken)))
            )
            .WithName("ListMediaKeys")
            .WithSummary("The keys that sign links to photos")
            .WithDescription("Every link to a photo is signed with one of these keys. Secrets are not shown.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        keys.MapPost("/rotate", async (HttpContext context, IMediaKeys all, CancellationToken cancellationToken) =>
                TypedResults.Ok(await all.RotateAsync(context.User.Who(), cancellationToken))
            )
            .WithName("RotateMediaKey")
            .WithSummary("Sign new links with a new key")
            .WithDescription("Links of the keys before go on working until their key is revoked.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        keys.MapPost("/{id}/revoke", async (string id, HttpContext context, IMediaKeys all, CancellationToken cancellationToken) =>
                TypedResults.Ok(await all.RevokeAsync(id, context.User.Who(), cancellationToken))
            )
            .WithName("RevokeMediaKey")
            .WithSummary("Make all links of a key invalid")
            .WithDescription(
                "For good, and on every node within seconds. Copies in caches and with people are beyond reach. When it was the current "
                    + "key, the next link makes a new one."
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
            : throw new LinkRefusedException("This link is not valid: its time is none.");
}
