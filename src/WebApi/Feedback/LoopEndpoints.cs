using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace GourmetGram.WebApi.Feedback;

/// <summary>
/// Maps <c>/api/v1/loops</c> (the rules that select photos for labelling), <c>/windows</c> (the photos that random samples were drawn from)
/// and <c>/held-back</c> (feedback held for review).
/// </summary>
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
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record LoopChanges(
        bool? Enabled = null,
        [property: MinLength(3), MaxLength(BucketLength), RegularExpression("^[a-z0-9][a-z0-9-]*[a-z0-9]$")] string? Bucket = null,
        Surface? Surface = null,
        bool? Blind = null,
        [property: Range(1, LoopSettings.MostVotes)] int? Votes = null,
        [property: Range(0, LoopSettings.HighestDailyLimit)] int? DailyLimit = null,
        [property: MaxLength(MostSettings)] IReadOnlyDictionary<string, JsonElement>? Settings = null
    );

    /// <param name="DryRun">Whether to count only.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record BackfillRequest(bool? DryRun);

    /// <param name="Ids">Which flags and corrections; left out for all that are held back.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record HeldBackChoice(IReadOnlyList<Guid>? Ids = null);

    public static void MapLoops(this IEndpointRouteBuilder api)
    {
        var loops = api.MapGroup("/loops").WithTags("Loops");
        loops
            .MapGet("/", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ListLoops.Query(), cancellationToken))
            )
            .WithName("ListLoops")
            .WithSummary("All loops: how they are set, what came of them, who changed them")
            .WithDescription("Each loop with its settings and counts, and the latest changes of all loops.")
            .RequireAuthorization(Policies.Annotator)
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        loops
            .MapGet("/{name}", async (string name, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetLoop.Query(name), cancellationToken))
            )
            .WithName("GetLoop")
            .WithSummary("One loop and its history")
            .WithDescription("Settings, counts and the latest changes of one loop.")
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
            .MapPost(
                "/{name}/backfill",
                async (
                    string name,
                    IMediator mediator,
                    CancellationToken cancellationToken,
                    [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] BackfillRequest? request = null
                ) => TypedResults.Ok(await mediator.Send(new BackfillLoop.Command(name, request?.DryRun ?? false), cancellationToken))
            )
            .WithName("BackfillLoop")
            .WithSummary("Let a loop look at all stored photos again")
            .RequireAuthorization(Policies.Admin)
            .WithDescription(
                "With `dryRun` it only counts what the loop would want. Otherwise that waits to be selected, as far as the loop's limits "
                    + "allow each day."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );
        loops
            .MapDelete("/{name}/pending", async (string name, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new SkipPending.Command(name), cancellationToken))
            )
            .WithName("SkipPending")
            .WithSummary("Let a loop forget what it waits to select")
            .RequireAuthorization(Policies.Admin)
            .WithDescription(
                "What waits is counted as `pending`: the loop is off, or its limits for the day are used up. What was selected stays."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
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
                "Why each prediction was selected, with which settings, and how probable that was: k/N for a random draw of k from the N "
                    + "predictions of a window, "
                    + "1 for a rule that took all it applied to on that day, null where it is unknown."
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
            .WithDescription(
                "A window is the population that a random sample was drawn from. Give `next` of one page as `cursor` of the next request."
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        windows
            .MapGet("/{id:guid}/replay", async (Guid id, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ReplayWindow.Query(id), cancellationToken))
            )
            .WithName("ReplayWindow")
            .WithSummary("Draw from a window again")
            .WithDescription(
                "With the key, the settings and the predictions of that time: the same ones come out, also those that were erased since. "
                    + "Nothing is selected."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        var held = api.MapGroup("/held-back").WithTags("Loops").RequireAuthorization(Policies.Admin);
        held.MapGet("/", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ListHeldBack.Query(), cancellationToken))
            )
            .WithName("ListHeldBack")
            .WithSummary("Flags and corrections that came in a flood")
            .WithDescription(
                "More than 30 of a kind within an hour from one visitor or key, or 300 from one address, are ignored until they are "
                    + "released. At most the first hundred are listed."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        held.MapPost("/release", (HeldBackChoice choice, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                DecideAsync(release: true, choice, context, mediator, cancellationToken)
            )
            .WithName("ReleaseHeldBack")
            .WithSummary("Let held back feedback count")
            .WithDescription("Accepts flags and corrections that were held for review: loops select from them from now on.")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        held.MapPost("/discard", (HeldBackChoice choice, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                DecideAsync(release: false, choice, context, mediator, cancellationToken)
            )
            .WithName("DiscardHeldBack")
            .WithSummary("Let held back feedback never count")
            .WithDescription("Rejects flags and corrections that were held for review: no loop selects them.")
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
