using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace GourmetGram.WebApi.Labeling;

/// <summary><c>/api/v1/loops/{name}/tasks/next</c>, <c>/tasks</c> and <c>/labels</c>: asking people, and what they say.</summary>
internal static class TaskEndpoints
{
    private const double LongestLook = 86_400;
    private const int MostHeld = 20;

    /// <param name="Holding">Tasks that you have and do not want again.</param>
    /// <param name="Task">The one task that you want again, after an undo; left out for the next.</param>
    internal sealed record NextRequest([property: MaxLength(MostHeld)] IReadOnlyList<Guid>? Holding, Guid? Task);

    /// <param name="Class">Name of a class of the task.</param>
    /// <param name="Note">What you noted.</param>
    /// <param name="Seconds">How long you looked.</param>
    internal sealed record LabelRequest(
        string? Class,
        [property: MaxLength(HumanLabel.NoteLength)] string? Note,
        [property: Range(0, LongestLook)] double? Seconds
    );

    /// <param name="Note">What you noted.</param>
    /// <param name="Seconds">How long you looked.</param>
    internal sealed record SkipRequest(
        [property: MaxLength(HumanLabel.NoteLength)] string? Note,
        [property: Range(0, LongestLook)] double? Seconds
    );

    /// <param name="LeaseUntil">Until when you had it, as you were told: where you have it longer since, you keep it. Left out, it is given back in any case.</param>
    internal sealed record ReleaseRequest(DateTimeOffset? LeaseUntil);

    public static void MapTasks(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("").WithTags("Tasks").RequireAuthorization(Policies.Annotator);
        group
            .MapPost("/loops/{name}/tasks/next", NextAsync)
            .WithName("NextTask")
            .WithSummary("Get the next task of a loop")
            .WithDescription(
                "It is yours for ten minutes: nobody else gets it meanwhile, and you get it again until you have decided or given it back. 204 when there is none. "
                    + "Of a blind loop the answer has no field that tells what the model said."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );
        group
            .MapPost("/tasks/{id:guid}/label", LabelAsync)
            .WithName("LabelTask")
            .WithSummary("Say what the photo shows")
            .WithDescription("Sent again, it is kept once. Another class later supersedes the first; both stay on record.")
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
            .WithSummary("Say that the photo cannot be told")
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
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        group
            .MapDelete("/labels/{id:guid}", async (Guid id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new UndoLabel.Command(id, context.User.ToCaller()), cancellationToken))
            )
            .WithName("UndoLabel")
            .WithSummary("Take your decision back")
            .WithDescription(
                "It stays on record as withdrawn, and the task is asked again, of you first. What you say then is not blind: you have been told the model's answer."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
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
        CancellationToken cancellationToken
    ) =>
        Kept(
            context,
            await mediator.Send(
                new LabelTask.Command(id, request.Class ?? "", context.User.ToCaller(), request.Note, ToSpan(request.Seconds)),
                cancellationToken
            )
        );

    private static async Task<Created<LabelResponse>> SkipAsync(
        Guid id,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken,
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] SkipRequest? request = null
    ) =>
        Kept(
            context,
            await mediator.Send(
                new SkipTask.Command(id, context.User.ToCaller(), request?.Note, ToSpan(request?.Seconds)),
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
