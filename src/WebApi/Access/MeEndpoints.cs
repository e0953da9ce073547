using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json.Serialization;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi.Access;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Access;

/// <summary>Maps <c>/api/v1/me</c>: the caller's own name, keys and sessions.</summary>
internal static class MeEndpoints
{
    private const int DefaultDays = 90;

    /// <summary>The caller.</summary>
    /// <param name="Name">Name of the person or key.</param>
    /// <param name="Actor">The caller as <c>kind:id</c>, as photos and labels name it.</param>
    /// <param name="Roles">Roles of the person.</param>
    internal sealed record Me(string Name, string Actor, IReadOnlyList<string> Roles);

    /// <param name="Label">What the key is for.</param>
    /// <param name="Scopes">What the key may do, but never more than you.</param>
    /// <param name="Days">Days until the key expires.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record NewKey(
        [property: Required, MaxLength(ApiKey.LabelLength)] string? Label,
        [property: Required, MaxLength(10)] IReadOnlyList<ApiScope>? Scopes,
        [property: Range(1, CreateKey.MostDays)] int Days = DefaultDays
    );

    /// <param name="Name">The name that pages show; the sign-in name if left out.</param>
    /// <param name="TimeZone">IANA name of a time zone; that of the installation or browser if left out.</param>
    /// <param name="Theme">Colours of the pages; like the device if left out.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record NewDisplay(
        [property: MaxLength(64)] string? Name = null,
        [property: MaxLength(64)] string? TimeZone = null,
        Theme Theme = Theme.System
    );

    public static void MapMe(this IEndpointRouteBuilder api)
    {
        var me = api.MapGroup("/me").WithTags("Users").RequireAuthorization(Policies.Annotator);
        me.MapGet("/", (HttpContext context) =>
                TypedResults.Ok(
                    new Me(
                        context.User.Who(),
                        context.User.ToCaller().Actor.ToString(),
                        [.. context.User.FindAll(ClaimTypes.Role).Select(claim => claim.Value)]
                    )
                )
            )
            .WithName("GetMe")
            .WithSummary("Get your name and roles")
            .WithDescription("Returns who the server takes the caller for.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        me.MapGet("/display", async (IOwnDisplay display, CancellationToken cancellationToken) =>
                TypedResults.Ok(await display.FindAsync(cancellationToken))
            )
            .WithName("GetDisplay")
            .WithSummary("Get how pages name you and look to you")
            .WithDescription("Returns the name that pages show, your time zone and your colours. Null stands for the default.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        me.MapPut("/display", SaveDisplayAsync)
            .WithName("SaveDisplay")
            .WithSummary("Change how pages name you and look to you")
            .WithDescription(
                "The name is shown in place of the sign-in name, also in histories that are written from now on. The audit log keeps the "
                    + "sign-in name. The time zone is an IANA name. What is left out gets the default."
            )
            .FailsAsChange();
        me.MapGet("/keys", async (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ListKeys.Query(AccountOf(context.User)), cancellationToken))
            )
            .WithName("ListKeys")
            .WithSummary("List your API keys")
            .WithDescription("Returns all keys without their secrets, newest first, also those that no longer work.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        me.MapPost("/keys", CreateAsync)
            .WithName("CreateKey")
            .WithSummary("Create an API key")
            .WithDescription(
                "Returns the key. It is shown only once. Send it as `Authorization: Bearer KEY`. It acts for you, within its scopes: "
                    + "`predictions:write` classifies photos, `predictions:read` reads them, `labels:write` labels, `datasets:read` reads "
                    + "datasets, `monitoring:read` reads loops, accuracy, alerts and models, and `all` does everything that you may do."
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        me.MapDelete("/keys/{id:guid}", async (Guid id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new RevokeKey.Command(id, AccountOf(context.User)), cancellationToken))
            )
            .WithName("RevokeKey")
            .WithSummary("Revoke an API key")
            .WithDescription("The key stops working with the next request, for good.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        me.MapGet("/sessions", async (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ListSessions.Query(AccountOf(context.User)), cancellationToken))
            )
            .WithName("ListSessions")
            .WithSummary("List where you are signed in")
            .WithDescription("Returns the browsers in which you are signed in, the one that was seen last first.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        me.MapDelete("/sessions/{id:guid}", EndAsync)
            .WithName("EndSession")
            .WithSummary("Sign a browser out")
            .WithDescription("The browser is signed out within seconds, on every node.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        me.MapDelete("/sessions", EndOthersAsync)
            .WithName("EndOtherSessions")
            .WithSummary("Sign all other browsers out")
            .WithDescription(
                "The browser that sends the request stays signed in. Browsers in which you chose not to be asked for a code ask again."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
    }

    private static async Task<Ok<DisplaySettings>> SaveDisplayAsync(
        [FromBody] NewDisplay wanted,
        IOwnDisplay display,
        CancellationToken cancellationToken
    )
    {
        await display.SaveAsync(new DisplaySettings(wanted.Name, wanted.TimeZone, wanted.Theme), cancellationToken);
        return TypedResults.Ok(await display.FindAsync(cancellationToken));
    }

    private static async Task<Created<CreateKey.Response>> CreateAsync(
        [FromBody] NewKey key,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Created(
            (string?)null,
            await mediator.Send(new CreateKey.Command(AccountOf(context.User), key.Label!, key.Scopes!, key.Days), cancellationToken)
        );

    private static async Task<NoContent> EndAsync(
        Guid id,
        HttpContext context,
        IMediator mediator,
        SessionWatch watch,
        CancellationToken cancellationToken
    )
    {
        await mediator.Send(new EndSession.Command(id, AccountOf(context.User)), cancellationToken);
        watch.Forget(id);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<EndSessions.Response>> EndOthersAsync(
        HttpContext context,
        IOwnAccount own,
        CancellationToken cancellationToken
    )
    {
        AccountOf(context.User);
        return TypedResults.Ok(new EndSessions.Response(await own.EndOtherSessionsAsync(cancellationToken)));
    }

    /// <exception cref="IdentityNeededException">The caller is not a signed-in person: a key must not create keys.</exception>
    private static Guid AccountOf(ClaimsPrincipal user) =>
        user.AccountId() ?? throw new IdentityNeededException("Keys and sessions belong to people. Sign in with your account.");
}
