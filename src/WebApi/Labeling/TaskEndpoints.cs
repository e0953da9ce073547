using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using GourmetGram.WebApi.Classification;
using GourmetGram.WebApi.OpenApi;
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
    /// <param name="Trial">The comparison of two models whose drawn photos you want; left out for all photos of the loop.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record NextRequest(
        [property: MaxLength(MostHeld)] IReadOnlyList<Guid>? Holding = null,
        Guid? Task = null,
        Guid? Trial = null
    );

    /// <param name="Class">Name of a class of the task; left out unless the answer is a class.</param>
    /// <param name="Answer">Class (the default), None (none of these classes) or Unusable (the photo cannot be judged).</param>
    /// <param name="Note">Your note.</param>
    /// <param name="Seconds">How long you looked at the photo, in seconds.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record LabelRequest(
        string? Class = null,
        AnswerKind? Answer = null,
        [property: MaxLength(HumanLabel.NoteLength)] string? Note = null,
        [property: Range(0, LongestLook)] double? Seconds = null
    );

    /// <param name="Note">Your note.</param>
    /// <param name="Seconds">How long you looked at the photo, in seconds.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record SkipRequest(
        [property: MaxLength(HumanLabel.NoteLength)] string? Note = null,
        [property: Range(0, LongestLook)] double? Seconds = null
    );

    /// <param name="Class">Name of a class of the task; left out unless the answer is a class.</param>
    /// <param name="Answer">Class (the default), None (none of these classes) or Unusable (the photo cannot be judged).</param>
    /// <param name="Note">Your note.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record AdjudicationRequest(
        string? Class = null,
        AnswerKind? Answer = null,
        [property: MaxLength(HumanLabel.NoteLength)] string? Note = null
    );

    /// <param name="LeaseUntil">End of the lease to release. If it was extended since, it stays. Leave it out to release any lease.</param>
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
                "The task is leased to you for ten minutes. Until you label or release it, you get it again and other people do not get "
                    + "it. The status is 204 if there is no task. "
                    + "A blind task has no field that contains the model's answer or leads to it: it has no "
                    + "`predictionId`, and the address of its `image` contains the id of the task. "
                    + "While you hold a blind task, you can't read predictions of the same photo."
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
            .WithSummary("Get the photo of a task, or a thumbnail")
            .WithDescription(
                "With `size`, returns a JPEG whose longer side has at most 160, 480 or 1280 pixels. Thumbnails are never larger than the "
                    + "photo. The response does not reveal the prediction. "
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
            .WithSummary("Label the photo of a task")
            .WithDescription(
                "Send a class, None (none of these classes: the model is wrong) or Unusable (the photo cannot be judged: "
                    + "it counts neither for nor against the model). "
                    + "The label is blind only if the task is blind and you have not seen the photo before: as its uploader, in another "
                    + "loop, by giving feedback on it or by reading its prediction. "
                    + "If you send the same label again, it is stored once. A different label later replaces the first; both are kept in "
                    + "the history. "
                    + "With `Idempotency-Key`, a repeated request is never stored again, "
                    + "not even after its label was replaced or withdrawn."
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
            .WithSummary("Skip a task")
            .WithDescription("A skip decides nothing. The task is not offered to you again, but to other people.")
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
            .WithSummary("Release a task without labelling it")
            .WithDescription("Other people can get the task immediately. If you do not hold the task, nothing changes.")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        group
            .MapDelete("/tasks/{id:guid}/labels/{key}", UndoAsync)
            .WithName("UndoDecision")
            .WithSummary("Withdraw a label by its Idempotency-Key")
            .WithDescription(
                "Use this if the response to a label never arrived. If the label was stored, it is withdrawn and the task is offered "
                    + "again, to you first. Otherwise nothing changes."
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
            .WithSummary("List photos with conflicting labels")
            .RequireAuthorization(Policies.Manager)
            .WithDescription(
                "If votes are tied, one more person is asked. If the votes are still tied, a manager has to decide. Oldest first. "
                    + "Send `next` of one page as `cursor` to get the next page."
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
            .WithSummary("Decide between conflicting labels")
            .RequireAuthorization(Policies.Manager)
            .WithDescription(
                "Closes the task. The labels are kept. If you send the same decision again, it is stored once; a different one replaces "
                    + "the first. To withdraw it, use DELETE /labels/{id}, as for any label."
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
            .WithSummary("Withdraw your label")
            .WithDescription(
                "The label is kept in the history as withdrawn, and the task is offered again, to you first. Your next label is not "
                    + "blind, because you have seen the model's answer."
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
        await mediator.Send(
            new NextTask.Command(name, context.User.ToCaller(), request?.Holding, request?.Task, request?.Trial),
            cancellationToken
        )
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
