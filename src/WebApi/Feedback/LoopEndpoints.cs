using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Feedback;

/// <summary><c>/api/v1/loops</c>: what decides which photos people look at; <c>/windows</c>: what random draws were made from; <c>/held-back</c>: feedback that waits for a decision.</summary>
internal static class LoopEndpoints
{
    private const int DefaultLimit = 50;
    private const int BucketLength = 63;
    private const int MostSettings = 50;

    /// <param name="Enabled">Whether it selects; left out or null leaves it as it is, here and below.</param>
    /// <param name="Bucket">Where labelled photos go from now on.</param>
    /// <param name="Surface">Who hands out its tasks.</param>
    /// <param name="Blind">Whether annotators see no answer of the model before they decide.</param>
    /// <param name="Votes">How many people label each photo.</param>
    /// <param name="DailyLimit">Most predictions selected in a day (UTC); 0 for no limit.</param>
    /// <param name="Settings">The strategy's own settings by name; those left out stay as they are.</param>
    internal sealed record LoopChanges(
        bool? Enabled,
        [property: MaxLength(BucketLength)] string? Bucket,
        Surface? Surface,
        bool? Blind,
        int? Votes,
        int? DailyLimit,
        [property: MaxLength(MostSettings)] IReadOnlyDictionary<string, JsonElement>? Settings
    );

    /// <param name="Ids">Which flags and corrections; left out for all that are held back.</param>
    internal sealed record HeldBackChoice(IReadOnlyList<Guid>? Ids);

    public static void MapLoops(this IEndpointRouteBuilder api)
    {
        var loops = api.MapGroup("/loops").WithTags("Loops");
        loops
            .MapGet("/", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ListLoops.Query(), cancellationToken))
            )
            .WithName("ListLoops")
            .WithSummary("All loops: how they are set, what came of them, who changed them")
            .RequireAuthorization(Policies.Annotator)
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        loops
            .MapGet("/{name}", async (string name, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetLoop.Query(name), cancellationToken))
            )
            .WithName("GetLoop")
            .WithSummary("One loop and its history")
            .RequireAuthorization(Policies.Annotator)
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        loops
            .MapPatch("/{name}", ChangeAsync)
            .WithName("ConfigureLoop")
            .WithSummary("Change how a loop is set")
            .RequireAuthorization(Policies.Admin)
            .WithDescription("A change counts from the next photo on, or from the next sampling window. What was selected stays.")
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound
            );
        loops
            .MapGet(
                "/{name}/selections",
                async (
                    string name,
                    IMediator mediator,
                    CancellationToken cancellationToken,
                    string? cursor = null,
                    int limit = DefaultLimit
                ) => TypedResults.Ok(await mediator.Send(new ListSelections.Query(name, cursor, limit), cancellationToken))
            )
            .WithName("ListSelections")
            .WithSummary("The selection ledger of a loop, newest first")
            .RequireAuthorization(Policies.Annotator)
            .WithDescription(
                "Why each prediction was selected, with which settings, and how probable that was: 1 for a rule, k/N for a random draw of k from the N predictions of a window."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound
            );
        var windows = api.MapGroup("/windows").WithTags("Loops").RequireAuthorization(Policies.Annotator);
        windows
            .MapGet("/", async (IMediator mediator, CancellationToken cancellationToken, string? cursor = null, int limit = DefaultLimit) =>
                TypedResults.Ok(await mediator.Send(new ListWindows.Query(cursor, limit), cancellationToken))
            )
            .WithName("ListWindows")
            .WithSummary("Closed sampling windows and their draws, newest first")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        windows
            .MapGet("/{id:guid}/replay", async (Guid id, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ReplayWindow.Query(id), cancellationToken))
            )
            .WithName("ReplayWindow")
            .WithSummary("Draw from a window again")
            .WithDescription(
                "With the key, the settings and the predictions of that time: the same ones come out, also those that were erased since. Nothing is selected."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        var held = api.MapGroup("/held-back").WithTags("Loops").RequireAuthorization(Policies.Admin);
        held.MapGet("/", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ListHeldBack.Query(), cancellationToken))
            )
            .WithName("ListHeldBack")
            .WithSummary("Flags and corrections that came in a flood")
            .WithDescription(
                "More than 30 of a kind within an hour from one visitor or key, or 300 from one address, count for nothing until they are released. At most the first hundred are listed."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        held.MapPost("/release", (HeldBackChoice choice, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                DecideAsync(release: true, choice, context, mediator, cancellationToken)
            )
            .WithName("ReleaseHeldBack")
            .WithSummary("Let held back feedback count")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        held.MapPost("/discard", (HeldBackChoice choice, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                DecideAsync(release: false, choice, context, mediator, cancellationToken)
            )
            .WithName("DiscardHeldBack")
            .WithSummary("Let held back feedback never count")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
    }

    private static async Task<Ok<GetLoop.Response>> ChangeAsync(
        string name,
        [FromBody] LoopChanges change,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        var settings = change.Settings?.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.ValueKind == JsonValueKind.String ? pair.Value.GetString()! : pair.Value.GetRawText(),
            StringComparer.Ordinal
        );
        return TypedResults.Ok(
            await mediator.Send(
                new ConfigureLoop.Command(
                    name,
                    context.User.Who(),
                    change.Enabled,
                    change.Bucket,
                    change.Surface,
                    change.Blind,
                    change.Votes,
                    change.DailyLimit,
                    settings
                ),
                cancellationToken
            )
        );
    }

    private static async Task<Ok<DecideHeldBack.Response>> DecideAsync(
        bool release,
        HeldBackChoice choice,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await mediator.Send(new DecideHeldBack.Command(release, choice.Ids, context.User.ToCaller()), cancellationToken));
}
