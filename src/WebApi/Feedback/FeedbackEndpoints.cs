using System.Text.Json.Serialization;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GourmetGram.WebApi.Feedback;

/// <summary>
/// Maps <c>/api/v1/predictions/{id}/flag</c> and <c>/correction</c>, with which callers set and withdraw feedback as often as they like.
/// Also maps the export of a caller's own data.
/// </summary>
internal static class FeedbackEndpoints
{
    /// <param name="Class">Name of a class of the model; the predicted one confirms it.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    public sealed record CorrectionRequest(string? Class);

    public static void MapFeedback(this IEndpointRouteBuilder api)
    {
        var feedback = api.MapGroup("/predictions/{id:guid}").WithTags("Feedback");
        feedback
            .MapPut("/flag", FlagAsync)
            .WithName("FlagPrediction")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Flag a prediction as wrong")
            .WithDescription("A flag marks the class as wrong without naming the right one. If you send it again, it stays one flag.")
            .Fails(StatusCodes.Status404NotFound);
        feedback
            .MapDelete("/flag", UnflagAsync)
            .WithName("UnflagPrediction")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Withdraw your flag")
            .WithDescription("Withdraws only your own flag. If you have not flagged the prediction, nothing changes.")
            .Fails(StatusCodes.Status404NotFound);
        feedback
            .MapPut("/correction", CorrectAsync)
            .WithName("CorrectLabel")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Correct or confirm a prediction")
            .WithDescription(
                "Sending the predicted class confirms it. A different class sent later replaces the first; both are kept in the history."
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);
        feedback
            .MapDelete("/correction", UncorrectAsync)
            .WithName("UndoCorrection")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Withdraw your correction")
            .WithDescription("Withdraws only your own correction, which is kept in the history. If there is none, nothing changes.")
            .Fails(StatusCodes.Status404NotFound);
        api.MapGet("/predictions/download", Download)
            .WithName("DownloadPhotos")
            .WithTags("Predictions")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Download all your photos as a zip")
            .WithDescription(
                "Contains each photo as `{id}` with its extension, and `photos.json` with all stored data: `[{file, prediction, "
                    + "feedback}]`. `feedback` is the history of your feedback, "
                    + "oldest first: `[{kind, class, createdAt, endedAt, end}]`."
            )
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status503ServiceUnavailable);
    }

    private static PushStreamHttpResult Download(HttpContext context, PhotoZip zip, CancellationToken cancellationToken)
    {
        var write = zip.For(context.User.ToCaller(), cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(write, "application/zip", "my-photos.zip");
    }

    private static async Task<NoContent> FlagAsync(Guid id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new FlagPrediction.Command(id, context.User.ToCaller(), FeedbackSource.Api), cancellationToken);
        return TypedResults.NoContent();
    }

    private static Task<NoContent> UnflagAsync(Guid id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        UndoAsync(id, FeedbackTopic.Flag, context, mediator, cancellationToken);

    private static async Task<NoContent> CorrectAsync(
        Guid id,
        CorrectionRequest request,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        await mediator.Send(
            new CorrectLabel.Command(id, request.Class ?? "", context.User.ToCaller(), FeedbackSource.Api),
            cancellationToken
        );
        return TypedResults.NoContent();
    }

    private static Task<NoContent> UncorrectAsync(Guid id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        UndoAsync(id, FeedbackTopic.Class, context, mediator, cancellationToken);

    private static async Task<NoContent> UndoAsync(
        Guid id,
        FeedbackTopic topic,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        await mediator.Send(new UndoFeedback.Command(id, topic, context.User.ToCaller(), FeedbackSource.Api), cancellationToken);
        return TypedResults.NoContent();
    }
}
