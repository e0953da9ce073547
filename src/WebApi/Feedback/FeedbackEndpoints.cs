using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi;
using MediatR;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GourmetGram.WebApi.Feedback;

/// <summary><c>/api/v1/predictions/{id}/flag</c> and <c>/correction</c>: what the caller says of a prediction, each put or taken back as often as one likes. And all of it, to take home.</summary>
internal static class FeedbackEndpoints
{
    /// <param name="Class">Name of a class of the model; the predicted one confirms it.</param>
    public sealed record CorrectionRequest(string? Class);

    public static void MapFeedback(this IEndpointRouteBuilder api)
    {
        var feedback = api.MapGroup("/predictions/{id:guid}").WithTags("Feedback");
        feedback
            .MapPut("/flag", FlagAsync)
            .WithName("FlagPrediction")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Say that a prediction is wrong")
            .Fails(StatusCodes.Status404NotFound);
        feedback
            .MapDelete("/flag", UnflagAsync)
            .WithName("UnflagPrediction")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Take your flag back")
            .Fails(StatusCodes.Status404NotFound);
        feedback
            .MapPut("/correction", CorrectAsync)
            .WithName("CorrectLabel")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Say which class it is")
            .WithDescription(
                "The predicted class is a fact too: it confirms the model. Another class later supersedes the first; both stay on record."
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);
        feedback
            .MapDelete("/correction", UncorrectAsync)
            .WithName("UndoCorrection")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Take your correction back")
            .Fails(StatusCodes.Status404NotFound);
        api.MapGet("/predictions/download", Download)
            .WithName("DownloadPhotos")
            .WithTags("Predictions")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("All your photos as a zip")
            .WithDescription(
                "Each photo as `{id}` with its extension, and `photos.json` with all that is kept of them: `[{file, prediction, feedback}]`, `feedback` being all that you ever said of it, "
                    + "oldest first: `[{kind, class, createdAt, endedAt, end}]`."
            )
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status503ServiceUnavailable);
    }

    private static PushStreamHttpResult Download(HttpContext context, PhotoZip zip, CancellationToken cancellationToken)
    {
        var write = zip.For(context.User.ToCaller(), cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        // ZipArchive ends each entry with a few bytes that it writes synchronously, also when it is asked to do all asynchronously.
        context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
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
