using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.WebApi.Hosting;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi;
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
            .WithSummary("Classify a photo and keep it")
            .WithDescription(
                "JPEG, PNG or WebP, told from the content. With `Idempotency-Key`, the same key and photo give the same prediction for "
                    + "24 hours."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status409Conflict,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status422UnprocessableEntity,
                StatusCodes.Status503ServiceUnavailable
            );
        var limits = api.ServiceProvider.GetRequiredService<IOptions<LimitsOptions>>().Value;
        predictions
            .MapPost("/batch", CreateManyAsync)
            .WithName("CreatePredictions")
            .RequireAuthorization(Policies.Visitor)
            .TakesPhotos()
            .WithMetadata(new RequestSizeLimitAttribute(BatchReader.BodyBytes(limits)), new BodyMemory(BatchReader.MemoryBytes(limits)))
            .WithSummary("Classify many photos and keep them")
            .WithDescription(
                "One item for each photo, in the order sent: its prediction with status 201, or its problem. One photo that cannot be "
                    + "used never spoils the others; "
                    + "photos beyond the limits of a batch are items with status 413."
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
            .WithSummary("Your own predictions, newest first")
            .WithDescription(
                "Give `next` of one page as `cursor` of the next request. Photos that you are labelling blind are left out, so a page "
                    + "may be shorter than `limit`."
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized);
        predictions
            .MapGet("/{id:guid}", GetAsync)
            .WithName("GetPrediction")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("One prediction, with what you said of it")
            .WithDescription(
                "A prediction made with a cookie or key is its maker's and the reviewers'; one made without is open to whoever has its id. "
                    + "While you have a blind task of the same photo, the answer is 409: decide or give the task back first."
            )
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        predictions
            .MapDelete("/{id:guid}", EraseAsync)
            .WithName("ErasePrediction")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Erase a prediction")
            .WithDescription(
                "Row, photo, thumbnails and all that was said of it are gone when the answer comes. Its maker and administrators may; "
                    + "one made without cookie or key only administrators."
            )
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        predictions
            .MapGet("/{id:guid}/image", GetImageAsync)
            .WithName("GetPredictionImage")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("The photo as it is kept, or a thumbnail")
            .WithDescription(
                "`size` asks for a JPEG whose longer side has at most 160, 480 or 1280 pixels, and never more than the photo. Without "
                    + "it: the photo. EXIF, XMP, IPTC, comments and thumbnails were removed when it came; orientation and colour profile "
                    + "remain. Supports `Range` and `If-None-Match`."
            )
            .AnswersPhoto()
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);

        api.MapGet("/classes", ListClassesAsync)
            .WithName("ListClasses")
            .WithTags("Model")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("The classes, in model order")
            .WithDescription("The names of the classes that the model tells apart. Corrections and labels use the same names.");
        api.MapGet("/models/current", GetModelAsync)
            .WithName("GetCurrentModel")
            .WithTags("Model")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("The model in use")
            .WithDescription("Name, version and classes of the model that answers now, with its accuracy on the validation photos.");
    }

    private static async Task<Created<PredictionResponse>> CreateAsync(
        HttpContext context,
        IMediator mediator,
        IOptions<LimitsOptions> limits,
        [FromHeader(Name = IdempotencyHeader), MaxLength(Classify.IdempotencyKeyLength)] string? idempotencyKey,
        CancellationToken cancellationToken
    )
    {
        using var upload = await Uploads.ReadAsync(context.Request, limits.Value, cancellationToken);
        var caller = context.User.ToCaller();
        var idempotency = idempotencyKey is null ? null : new Classify.IdempotencyKey(ScopeOf(caller, context), idempotencyKey);
        var prediction = await mediator.Send(new Classify.Command(upload.Bytes, upload.FileName, caller, idempotency), cancellationToken);
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

    private static async Task<NoContent> EraseAsync(Guid id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new ErasePrediction.Command(id, context.User.ToCaller()), cancellationToken);
        return TypedResults.NoContent();
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
