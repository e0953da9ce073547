using System.ComponentModel.DataAnnotations;
using FluentValidation.Results;
using GourmetGram.Application.Access;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.WebApi.Hosting;
using GourmetGram.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Classification;

/// <summary>Maps predictions, classes and the current model below <c>/api/v1</c>.</summary>
internal static class PredictionEndpoints
{
    private const string IdempotencyHeader = "Idempotency-Key";
    private const int DefaultLimit = 50;

    public static void MapPredictions(this IEndpointRouteBuilder api)
    {
        var predictions = api.MapGroup("/predictions").WithTags("Predictions");
        predictions
            .MapPost("/", CreateAsync)
            .WithName("CreatePrediction")
            .RequireAuthorization(Policies.Visitor)
            .TakesPhoto()
            .WithSummary("Classify and store a photo")
            .WithDescription(
                "Accepts JPEG, PNG and WebP, detected from the content. With `Idempotency-Key`, the same key, photo and tags return "
                    + "the same prediction for 24 hours."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status409Conflict,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status422UnprocessableEntity,
                StatusCodes.Status429TooManyRequests,
                StatusCodes.Status503ServiceUnavailable
            );
        var limits = api.ServiceProvider.GetRequiredService<IOptions<LimitsOptions>>().Value;
        predictions
            .MapPost("/batch", CreateManyAsync)
            .WithName("CreatePredictions")
            .RequireAuthorization(Policies.Visitor)
            .TakesPhotos()
            .WithMetadata(new RequestSizeLimitAttribute(BatchReader.BodyBytes(limits)), new BodyMemory(BatchReader.MemoryBytes(limits)))
            .WithSummary("Classify and store several photos")
            .WithDescription(
                "Returns one item per photo, in the order sent: its prediction with status 201, or its problem. An unusable photo does "
                    + "not affect the others. Tags are for all photos, and must come before the first one. "
                    + "Photos beyond the limits of a batch get status 413."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status503ServiceUnavailable
            );
        predictions
            .MapGet("/", ListAsync)
            .WithName("ListPredictions")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("List your predictions, newest first")
            .WithDescription(
                "Send `next` of one page as `cursor` to get the next page. Photos that you are labelling blind are left out, so a page "
                    + "may be shorter than `limit`."
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized);
        predictions
            .MapGet("/{id:guid}", GetAsync)
            .WithName("GetPrediction")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Get a prediction with your feedback")
            .WithDescription(
                "A prediction created with a cookie or key can be read by its owner and by reviewers. One created without can be read by "
                    + "anyone who has its id. While you hold a blind task of the same photo, the status is 409: label or release the task "
                    + "first."
            )
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        predictions
            .MapDelete("/{id:guid}", EraseAsync)
            .WithName("ErasePrediction")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Delete a prediction")
            .WithDescription(
                "Deletes the prediction with its photo, thumbnails, feedback, tasks and labels before it responds, and says what it "
                    + "deleted. Allowed for its owner and for administrators. Only administrators can delete a prediction created without "
                    + "cookie or key. With status 503, the prediction is deleted and its files will be: the request may be repeated."
            )
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        predictions
            .MapDelete("/", EraseAllAsync)
            .WithName("EraseAllPredictions")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Delete all your predictions")
            .WithDescription(
                "Deletes everything that deleting each of your predictions would delete, and says what it deleted. Without `all=true`, "
                    + "nothing is deleted, so that an address whose id is missing does no harm."
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status503ServiceUnavailable);
        predictions
            .MapGet("/{id:guid}/image", GetImageAsync)
            .WithName("GetPredictionImage")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Get the stored photo, or a thumbnail")
            .WithDescription(
                "With `size`, returns a JPEG whose longer side has at most 160, 480 or 1280 pixels. Thumbnails are never larger than the "
                    + "photo. Without `size`, returns the stored photo. EXIF, XMP, IPTC, comments and embedded thumbnails are removed on "
                    + "upload; orientation and colour profile remain. Supports `Range` and `If-None-Match`."
            )
            .AnswersPhoto()
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);

        api.MapGet("/classes", ListClassesAsync)
            .WithName("ListClasses")
            .WithTags("Model")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("List the classes, in model order")
            .WithDescription("Returns the names of the model's classes. Corrections and labels use the same names.");
        api.MapGet("/models/current", GetModelAsync)
            .WithName("GetCurrentModel")
            .WithTags("Model")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Get the model in use")
            .WithDescription("Returns the name, version and classes of the serving model, and its accuracy on the validation photos.");
    }

    private static async Task<Created<PredictionResponse>> CreateAsync(
        HttpContext context,
        IMediator mediator,
        IOptions<LimitsOptions> limits,
        [FromHeader(Name = IdempotencyHeader), MaxLength(Classify.IdempotencyKeyLength)] string? idempotencyKey,
        CancellationToken cancellationToken
    )
    {
        using var upload = await Uploads.ReadAsync(context.Request, limits.Value, readsTags: true, cancellationToken);
        var caller = context.User.ToCaller();
        var idempotency = idempotencyKey is null ? null : new Classify.IdempotencyKey(ScopeOf(caller, context), idempotencyKey);
        var command = new Classify.Command(upload.Bytes, upload.FileName, caller, idempotency, upload.Tags);
        var prediction = await mediator.Send(command, cancellationToken);
        return TypedResults.Created($"{context.Request.PathBase}/api/v1/predictions/{prediction.Id}", prediction);
    }

    private static async Task<Ok<PhotoBatch.Response>> CreateManyAsync(
        HttpContext context,
        PhotoBatch batch,
        IOptions<LimitsOptions> limits,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await batch.RunAsync(new BatchReader(context.Request, limits.Value), context.User.ToCaller(), cancellationToken));

    private static async Task<Ok<Page<PredictionResponse>>> ListAsync(
        HttpContext context,
        IMediator mediator,
        string? cursor,
        [Range(1, Paging.MaximumLimit)] int? limit,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await mediator.Send(new ListPredictions.Query(cursor, limit ?? DefaultLimit, context.User.ToCaller()), cancellationToken)
        );

    private static async Task<Ok<PredictionResponse>> GetAsync(
        Guid id,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await mediator.Send(new GetPrediction.Query(id, context.User.ToCaller()), cancellationToken));

    private static async Task<Ok<DeletionReport>> EraseAsync(
        Guid id,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) => TypedResults.Ok((await mediator.Send(new ErasePrediction.Command(id, context.User.ToCaller()), cancellationToken)).Report);

    private static async Task<Ok<DeletionReport>> EraseAllAsync(
        bool all,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        if (!all)
            throw new FluentValidation.ValidationException([
                new ValidationFailure("all", "Send 'all=true' to delete all your predictions. Nothing was deleted."),
            ]);
        return TypedResults.Ok((await mediator.Send(new EraseAllPredictions.Command(context.User.ToCaller()), cancellationToken)).Report);
    }

    private static async Task<FileStreamHttpResult> GetImageAsync(
        Guid id,
        int? size,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        var image = await mediator.Send(new GetPredictionImage.Query(id, context.User.ToCaller(), size), cancellationToken);
        return PhotoResult.Of(image, context);
    }

    private static async Task<Ok<IReadOnlyList<string>>> ListClassesAsync(IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Ok<IReadOnlyList<string>>((await mediator.Send(new GetCurrentModel.Query(), cancellationToken)).Labels);

    private static async Task<Ok<ModelDescription>> GetModelAsync(IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Ok(await mediator.Send(new GetCurrentModel.Query(), cancellationToken));

    /// <summary>
    /// Returns the scope of an idempotency key, so that two callers may use the same key. Callers without an identity are told apart by
    /// their IP address.
    /// </summary>
    private static string ScopeOf(Caller caller, HttpContext context) =>
        caller.Actor.IsKnown ? caller.Actor.ToString() : $"address:{context.Connection.RemoteIpAddress}";
}
