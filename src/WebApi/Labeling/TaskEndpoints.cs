using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using GourmetGram.WebApi.Classification;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace GourmetGram.WebApi.Labeling;

/// <summary>
/// Maps <c>/api/v1/loops/{name}/tasks/next</c>, <c>/tasks</c> and <c>/labels</c>, with which annotators get tasks and send labels.
/// </summary>
internal static class TaskEndpoints
{
    private const double LongestLook = 86_400;
    private const int MostHeld = 20;
    private const int DefaultLimit = 20;
    private const string IdempotencyHeader = "Idempotency-Key";

    /// <param name="Holding">Tasks that you have and do not want again.</param>
    /// <param name="Task">The one task that you want again, after an undo; left out for the next.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record NextRequest([property: MaxLength(MostHeld)] IReadOnlyList<Guid>? Holding = null, Guid? Task = null);

    /// <param name="Class">Name of a class of the task; left out unless the answer is a class.</param>
    /// <param name="Answer">Class, also when it is left out; None for none of these classes; Unusable for a photo that nobody could
    /// judge.</param>
    /// <param name="Note">What you noted.</param>
    /// <param name="Seconds">How long you looked.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record LabelRequest(
        string? Class = null,
        AnswerKind? Answer = null,
        [property: MaxLength(HumanLabel.NoteLength)] string? Note = null,
        [property: Range(0, LongestLook)] double? Seconds = null
    );

    /// <param name="Note">What you noted.</param>
    /// <param name="Seconds">How long you looked.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record SkipRequest(
        [property: MaxLength(HumanLabel.NoteLength)] string? Note = null,
        [property: Range(0, LongestLook)] double? Seconds = null
    );

    /// <param name="Class">Name of a class of the task; left out unless the answer is a class.</param>
    /// <param name="Answer">Class, also when it is left out; None for none of these classes; Unusable for a photo that nobody could
    /// judge.</param>
    /// <param name="Note">What you noted.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record AdjudicationRequest(
        string? Class = null,
        AnswerKind? Answer = null,
        [property: MaxLength(HumanLabel.NoteLength)] string? Note = null
    );

    /// <param name="LeaseUntil">Until when you had it, as you were told: where you have it longer since, you keep it. Left out, it is given
    /// back in any case.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record ReleaseRequest(DateTimeOffset? LeaseUntil = null);

    public static void MapTasks(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("").WithTags("Tasks").RequireAuthorization(Policies.Annotator);
        group
            .MapPost("/loops/{name}/tasks/next", NextAsync)
            .WithName("NextTask")
            .WithSummary("Get the next task of a loop")
            .WithDescription(
                "It is yours for ten minutes: nobody else gets it meanwhile, and you get it again until you have decided or given it "
                    + "back. 204 when there is none. "
                    + "A task of a blind loop has no field that tells what the model said, and none that leads there: it has no "
                    + "`predictionId`, and its `image` is addressed by the task. "
                    + "While you have it, you can't read predictions of the same photo."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );
        group
            .MapGet("/tasks/{id:guid}/image", GetImageAsync)
            .WithName("GetTaskImage")
            .WithSummary("The photo of a task, or a thumbnail")
            .WithDescription(
                "`size` asks for a JPEG whose longer side has at most 160, 480 or 1280 pixels, and never more than the photo. Nothing in "
                    + "the answer leads to the prediction. "
                    + "Supports `Range` and `If-None-Match`."
            )
            .AnswersPhoto()
            .HidesPlaceOfPhoto()
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status503ServiceUnavailable
            );
        group
            .MapPost("/tasks/{id:guid}/label", LabelAsync)
            .WithName("LabelTask")
            .WithSummary("Say what the photo shows")
            .WithDescription(
                "A class, or the answer None (none of these classes: the model is wrong) or Unusable (nobody could judge it: "
                    + "it counts neither for nor against the model). "
                    + "The label is blind only if the task is and you haven't met the photo before: as its uploader, in another loop, by "
                    + "giving feedback on it or by reading its prediction. "
                    + "Sent again, it is stored once. Another answer later supersedes the first; both stay on record. "
                    + "With `Idempotency-Key` that also holds for a request that arrives late: the label of that key is never stored "
                    + "again, "
                    + "not even after it was replaced or taken back."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );
        group
            .MapPost("/tasks/{id:guid}/skip", SkipAsync)
            .WithName("SkipTask")
            .WithSummary("Leave the photo to somebody else")
            .WithDescription("It decides nothing: you are not asked again, others are.")
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );
        group
            .MapPost("/tasks/{id:guid}/release", ReleaseAsync)
            .WithName("ReleaseTask")
            .WithSummary("Give a task back undecided")
            .WithDescription("Somebody else can get the task immediately. A task that you do not have is left as it is.")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        group
            .MapDelete("/tasks/{id:guid}/labels/{key}", UndoAsync)
            .WithName("UndoDecision")
            .WithSummary("Take back a label by its Idempotency-Key")
            .WithDescription(
                "For a label whose answer never arrived. If it was stored, it is withdrawn, and the task is asked again, of you first; "
                    + "else nothing changes."
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        group
            .MapGet(
                "/disputes",
                async (
                    IMediator mediator,
                    CancellationToken cancellationToken,
                    string? loop = null,
                    string? cursor = null,
                    [Range(1, Paging.MaximumLimit)] int limit = DefaultLimit
                ) => TypedResults.Ok(await mediator.Send(new ListDisputes.Query(loop, cursor, limit), cancellationToken))
            )
            .WithName("ListDisputes")
            .WithSummary("Photos that people label differently")
            .RequireAuthorization(Policies.Admin)
            .WithDescription(
                "With several votes, a tie asks one more person; if that settles nothing, only an administrator can. Oldest first. "
                    + "Give `next` of one page as `cursor` of the next request."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound
            );
        group
            .MapPost("/tasks/{id:guid}/adjudication", AdjudicateAsync)
            .WithName("AdjudicateTask")
            .WithSummary("Decide between labels that differ")
            .RequireAuthorization(Policies.Admin)
            .WithDescription(
                "Closes the task; the labels stay on record. Sent again, it is stored once; another answer supersedes the first. "
                    + "Take it back like any label, with DELETE /labels/{id}."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );
        group
            .MapDelete("/labels/{id:guid}", async (Guid id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new UndoLabel.Command(id, context.User.ToCaller()), cancellationToken))
            )
            .WithName("UndoLabel")
            .WithSummary("Take your decision back")
            .WithDescription(
                "It stays on record as withdrawn, and the task is asked again, of you first. What you say then is not blind: you have "
                    + "been told the model's answer."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
    }

    private static async Task<FileStreamHttpResult> GetImageAsync(
        Guid id,
        int? size,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) => PhotoResult.Of(await mediator.Send(new GetTaskImage.Query(id, size), cancellationToken), context);

    private static async Task<NoContent> UndoAsync(
        Guid id,
        [MaxLength(LabelTask.KeyLength)] string key,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        await mediator.Send(new UndoDecision.Command(id, key, context.User.ToCaller()), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<TaskResponse>, NoContent>> NextAsync(
        string name,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken,
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] NextRequest? request = null
    ) =>
        await mediator.Send(new NextTask.Command(name, context.User.ToCaller(), request?.Holding, request?.Task), cancellationToken)
            is { } task
            ? TypedResults.Ok(task)
            : TypedResults.NoContent();

    private static async Task<Created<LabelResponse>> LabelAsync(
        Guid id,
        LabelRequest request,
        HttpContext context,
        IMediator mediator,
        [FromHeader(Name = IdempotencyHeader), MaxLength(LabelTask.KeyLength)] string? idempotencyKey,
        CancellationToken cancellationToken
    ) =>
        Kept(
            context,
            await mediator.Send(
                new LabelTask.Command(
                    id,
                    request.Class,
                    context.User.ToCaller(),
                    request.Note,
                    ToSpan(request.Seconds),
                    request.Answer ?? AnswerKind.Class,
                    idempotencyKey
                ),
                cancellationToken
            )
        );

    private static async Task<Created<LabelResponse>> AdjudicateAsync(
        Guid id,
        AdjudicationRequest request,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) =>
        Kept(
            context,
            await mediator.Send(
                new AdjudicateTask.Command(id, request.Class, context.User.ToCaller(), request.Note, request.Answer ?? AnswerKind.Class),
                cancellationToken
            )
        );

    private static async Task<Created<LabelResponse>> SkipAsync(
        Guid id,
        HttpContext context,
        IMediator mediator,
        [FromHeader(Name = IdempotencyHeader), MaxLength(LabelTask.KeyLength)] string? idempotencyKey,
        CancellationToken cancellationToken,
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] SkipRequest? request = null
    ) =>
        Kept(
            context,
            await mediator.Send(
                new SkipTask.Command(id, context.User.ToCaller(), request?.Note, ToSpan(request?.Seconds), idempotencyKey),
                cancellationToken
            )
        );

    private static async Task<NoContent> ReleaseAsync(
        Guid id,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken,
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] ReleaseRequest? request = null
    )
    {
        await mediator.Send(new ReleaseTask.Command(id, context.User.ToCaller(), request?.LeaseUntil), cancellationToken);
        return TypedResults.NoContent();
    }

    private static Created<LabelResponse> Kept(HttpContext context, LabelResponse label) =>
        TypedResults.Created($"{context.Request.PathBase}/api/v1/labels/{label.Id}", label);

    private static TimeSpan? ToSpan(double? seconds) => seconds is >= 0 and <= LongestLook ? TimeSpan.FromSeconds(seconds.Value) : null;
}
