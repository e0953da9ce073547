using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.WebApi.Hosting;
using GourmetGram.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Retraining;

/// <summary>Maps <c>/api/v1/models</c>: registered models and the history of service.</summary>
internal static class ModelEndpoints
{
    private const int DefaultLimit = 50;

    /// <summary>Largest upload of a model, in bytes.</summary>
    private const int MostUpload = 300 << 20;

    /// <summary>Uploads are written to disk as they arrive.</summary>
    private const int UploadMemory = 1 << 20;

    /// <param name="Note">The note; empty for none.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record NoteRequest([property: Required(AllowEmptyStrings = true), MaxLength(RegisteredModel.NoteLength)] string? Note);

    /// <param name="Override">Why the model is promoted although the gate has not let it pass. The note stays in the history.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record PromoteRequest([property: MaxLength(ServingPeriod.NoteLength)] string? Override = null);

    /// <param name="Note">Why; it stays in the history.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record RollbackRequest([property: MaxLength(ServingPeriod.NoteLength)] string? Note = null);

    public static void MapModels(this IEndpointRouteBuilder api)
    {
        var models = api.MapGroup("/models").WithTags("Models").RequireAuthorization(Policies.Annotator);
        models
            .MapGet("/", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ListModels.Query(), cancellationToken))
            )
            .WithName("ListModels")
            .WithSummary("List all registered models, newest first")
            .WithDescription("Heads that were trained here, imported models, and the model of the folder that the server was started with.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        models
            .MapGet("/{version}", async (string version, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetModel.Query(version), cancellationToken))
            )
            .WithName("GetModel")
            .WithSummary("Get a registered model")
            .WithDescription("Returns its lineage and the report of its training.")
            .FailsAsRead();
        models
            .MapPost("/", ImportAsync)
            .RequireAuthorization(Policies.Admin)
            .Accepts<byte[]>("application/zip")
            .WithMetadata(new RequestSizeLimitAttribute(MostUpload), new BodyMemory(UploadMemory))
            .WithName("ImportModel")
            .WithSummary("Import a model that was trained elsewhere")
            .WithDescription(
                "Send a zip of the model's folder: `manifest.json`, the ONNX file, and if you like `golden/` and `metrics.json` with what "
                    + "the trainer reports. A process of its own loads and tries the model first. It does not serve yet."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status409Conflict,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status422UnprocessableEntity
            );
        models
            .MapGet("/{version}/onnx", DownloadAsync)
            .WithName("DownloadModel")
            .WithSummary("Download a model as an ONNX file")
            .WithDescription("The network of the server's folder with the head of the model written into it.")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream")
            .FailsAsDownload();
        models
            .MapGet("/{version}/mlflow", DownloadMlflowAsync)
            .WithName("DownloadModelForMlflow")
            .WithSummary("Download a model as a folder for MLflow, in a zip")
            .WithDescription(
                "`mlflow.onnx.load_model` and `mlflow.pyfunc.load_model` read the folder. Its `README.md` is the model's card."
            )
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip")
            .FailsAsDownload();
        models
            .MapGet("/{version}/card", DownloadCardAsync)
            .WithName("DownloadModelCard")
            .WithSummary("Download the card of a model")
            .WithDescription(
                "Markdown: what the model is, what it was trained on and how, how well it does, what it is for, its limits and its service."
            )
            .Produces<string>(StatusCodes.Status200OK, "text/markdown")
            .FailsAsRead();
        models
            .MapPut("/{version}/note", SetNoteAsync)
            .RequireAuthorization(Policies.Admin)
            .WithName("SetModelNote")
            .WithSummary("Replace the note of a model")
            .WithDescription("An empty note removes it.")
            .FailsAsChange();
        models
            .MapPost("/{version}/promote", PromoteAsync)
            .RequireAuthorization(Policies.Admin)
            .WithName("PromoteModel")
            .WithSummary("Make a model answer photos")
            .WithDescription(
                "The gate must have let the model pass against the model that serves; otherwise send `override` with a note that says why. "
                    + "No request is dropped. Other nodes follow within 5 seconds."
            )
            .FailsAsChange();
        models
            .MapPost("/rollback", RollbackAsync)
            .RequireAuthorization(Policies.Admin)
            .WithName("RollbackModel")
            .WithSummary("Return to the model that served before")
            .WithDescription("Does not ask the gate. A model that was rolled back from is not returned to.")
            .FailsAsChange();
        models
            .MapGet(
                "/history",
                async (IMediator mediator, CancellationToken cancellationToken, string? cursor = null, int limit = DefaultLimit) =>
                    TypedResults.Ok(await mediator.Send(new ListServingHistory.Query(cursor, limit), cancellationToken))
            )
            .WithName("ListServingHistory")
            .WithSummary("List which model answered from when to when, newest first")
            .WithDescription("Entries have no gap and no overlap. Each says who decided, and why.")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        models
            .MapGet("/serving", async (IMediator mediator, CancellationToken cancellationToken, DateTimeOffset? time = null) =>
                TypedResults.Ok(await mediator.Send(new GetServing.Query(time), cancellationToken))
            )
            .WithName("GetServingModel")
            .WithSummary("Get which model answers, or answered at a time")
            .WithDescription("Without `time`, returns the model that answers now.")
            .FailsAsRead();
        MapShadow(models);
    }

    private static void MapShadow(RouteGroupBuilder models)
    {
        models
            .MapGet("/shadow", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetShadow.Query(), cancellationToken))
            )
            .WithName("GetShadow")
            .WithSummary("Get the model that answers, or last answered, in shadow")
            .WithDescription(
                "A model in shadow answers photos after the response has been sent, without effect on it. Returns how often it agrees with "
                    + "the model that serves, which classes differ, and how long it takes."
            )
            .FailsAsRead();
        models
            .MapGet("/{version}/shadow", async (string version, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetShadow.Query(version), cancellationToken))
            )
            .WithName("GetShadowOfModel")
            .WithSummary("Get what a model last answered in shadow")
            .WithDescription("Not found if the model has never answered in shadow.")
            .FailsAsRead();
        models
            .MapPost("/{version}/shadow", StartShadowAsync)
            .RequireAuthorization(Policies.Admin)
            .WithName("StartShadow")
            .WithSummary("Let a model answer photos in shadow")
            .WithDescription(
                "Another model that does so ends. It ends when another model begins to serve, and when the model fails ten times in a row. "
                    + "Other nodes follow within 5 seconds."
            )
            .FailsAsChange();
        models
            .MapDelete("/shadow", StopShadowAsync)
            .RequireAuthorization(Policies.Admin)
            .WithName("StopShadow")
            .WithSummary("Switch the model in shadow off")
            .WithDescription("After a fault, this ends the alert about it.")
            .FailsAsChange();
    }

    internal static void FailsAsRead(this RouteHandlerBuilder endpoint) =>
        endpoint.Fails(
            StatusCodes.Status400BadRequest,
            StatusCodes.Status401Unauthorized,
            StatusCodes.Status403Forbidden,
            StatusCodes.Status404NotFound
        );

    private static void FailsAsDownload(this RouteHandlerBuilder endpoint) =>
        endpoint.Fails(
            StatusCodes.Status401Unauthorized,
            StatusCodes.Status403Forbidden,
            StatusCodes.Status404NotFound,
            StatusCodes.Status409Conflict,
            StatusCodes.Status422UnprocessableEntity
        );

    private static async Task<Ok<ModelResponse>> ImportAsync(
        HttpContext context,
        IModelArchive archive,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        using var folder = await archive.UnpackAsync(context.Request.Body, cancellationToken);
        return TypedResults.Ok(await mediator.Send(new ImportModel.Command(folder.Directory, context.User.Who()), cancellationToken));
    }

    private static async Task<FileContentHttpResult> DownloadAsync(string version, IMediator mediator, CancellationToken cancellationToken)
    {
        var file = await mediator.Send(new GetModelFile.Query(version), cancellationToken);
        return TypedResults.File(file.Content, "application/octet-stream", file.FileName);
    }

    private static async Task<FileContentHttpResult> DownloadCardAsync(
        string version,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        var card = await mediator.Send(new GetModelCard.Query(version), cancellationToken);
        return TypedResults.File(System.Text.Encoding.UTF8.GetBytes(card.Markdown), "text/markdown; charset=utf-8", card.FileName);
    }

    private static async Task<PushStreamHttpResult> DownloadMlflowAsync(
        string version,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        var model = await mediator.Send(new GetModelFile.Query(version), cancellationToken);
        var card = await mediator.Send(new GetModelCard.Query(version), cancellationToken);
        return TypedResults.Stream(
            target => MlflowFolder.WriteAsync(model, card.Markdown, target, cancellationToken),
            "application/zip",
            Path.ChangeExtension(model.FileName, ".mlflow.zip")
        );
    }

    private static async Task<Ok<ShadowResponse>> StartShadowAsync(
        string version,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await mediator.Send(new StartShadow.Command(version, context.User.Who()), cancellationToken));

    private static async Task<Ok<ShadowResponse>> StopShadowAsync(
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await mediator.Send(new StopShadow.Command(context.User.Who()), cancellationToken));

    private static async Task<NoContent> SetNoteAsync(
        string version,
        [FromBody] NoteRequest request,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        await mediator.Send(new SetModelNote.Command(version, request.Note!), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<ServingPeriodResponse>> PromoteAsync(
        string version,
        [FromBody] PromoteRequest request,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await mediator.Send(new PromoteModel.Command(version, context.User.Who(), request.Override), cancellationToken));

    private static async Task<Ok<ServingPeriodResponse>> RollbackAsync(
        [FromBody] RollbackRequest request,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await mediator.Send(new RollbackModel.Command(context.User.Who(), request.Note), cancellationToken));
}
