using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.WebApi.OpenApi;
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

    /// <param name="Ids">Which flags and corrections; leave it out for all that are held for review.</param>
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
            .WithSummary("List all loops")
            .WithDescription("Returns each loop with its settings and counts, and the latest changes to all loops.")
            .RequireAuthorization(Policies.Annotator)
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        loops
            .MapGet("/{name}", async (string name, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetLoop.Query(name), cancellationToken))
            )
            .WithName("GetLoop")
            .WithSummary("Get a loop")
            .WithDescription("Returns the settings, counts and latest changes of one loop.")
            .RequireAuthorization(Policies.Annotator)
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        loops
            .MapPatch("/{name}", ChangeAsync)
            .WithName("ConfigureLoop")
            .WithSummary("Change the settings of a loop")
            .RequireAuthorization(Policies.Manager)
            .WithDescription("Changes apply from the next photo or the next sampling window. Photos already selected stay selected.")
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
            .WithSummary("Run a loop on all stored photos")
            .RequireAuthorization(Policies.Manager)
            .WithDescription(
                "With `dryRun`, only counts the matching photos. Otherwise they are selected over the next days, within the loop's daily "
                    + "limits."
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
            .WithSummary("Skip the pending photos of a loop")
            .RequireAuthorization(Policies.Manager)
            .WithDescription(
                "Photos are `pending` while the loop is off or its limits for the day are used up. Photos already selected stay selected."
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
            .WithSummary("List the selections of a loop, newest first")
            .RequireAuthorization(Policies.Annotator)
            .WithDescription(
                "Returns why each prediction was selected, with which settings, and with which probability: k/N for a random draw of k "
                    + "from the N predictions of a window, "
                    + "1 for a rule that selected everything it applied to that day, null if unknown."
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
            .WithSummary("List closed sampling windows and their draws, newest first")
            .WithDescription("A window is the population of a random sample. Send `next` of one page as `cursor` to get the next page.")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        windows
            .MapGet("/{id:guid}/replay", async (Guid id, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ReplayWindow.Query(id), cancellationToken))
            )
            .WithName("ReplayWindow")
            .WithSummary("Replay the draw of a window")
            .WithDescription(
                "Repeats the draw with the same key, settings and predictions. The result is the same and includes predictions deleted "
                    + "since. Nothing is selected."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        var held = api.MapGroup("/held-back").WithTags("Loops").RequireAuthorization(Policies.Manager);
        held.MapGet("/", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ListHeldBack.Query(), cancellationToken))
            )
            .WithName("ListHeldBack")
            .WithSummary("List flags and corrections held for review")
            .WithDescription(
                "Feedback above 30 flags or corrections per hour from one visitor or key, or 300 from one address, is ignored until an "
                    + "administrator accepts it. Lists at most the first hundred."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        held.MapPost("/release", (HeldBackChoice choice, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                DecideAsync(release: true, choice, context, mediator, cancellationToken)
            )
            .WithName("ReleaseHeldBack")
            .WithSummary("Accept feedback held for review")
            .WithDescription("Accepts flags and corrections that were held for review. Loops can then select from them.")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        held.MapPost("/discard", (HeldBackChoice choice, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                DecideAsync(release: false, choice, context, mediator, cancellationToken)
            )
            .WithName("DiscardHeldBack")
            .WithSummary("Reject feedback held for review")
            .WithDescription("Rejects flags and corrections that were held for review. No loop selects them.")
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
                new ConfigureLoop.Command
                {
                    Name = name,
                    By = context.User.Who(),
                    Enabled = change.Enabled,
                    Bucket = change.Bucket,
                    Surface = change.Surface,
                    Blind = change.Blind,
                    Votes = change.Votes,
                    DailyLimit = change.DailyLimit,
                    Settings = settings,
                },
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
