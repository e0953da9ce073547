using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Retraining;

/// <summary>
/// Maps <c>POST /api/v1/datasets</c>, <c>/api/v1/datasets/versions</c> and <c>/api/v1/datasets/exclusions</c>: immutable sets of labelled
/// photos for training.
/// </summary>
internal static class DatasetVersionEndpoints
{
    private const int DefaultLimit = 50;
    private const string Job = "build-dataset";

    /// <param name="Loops">Names of the loops whose labels are taken; every loop that people label if left out.</param>
    /// <param name="IncludeSuspects">Whether to take unchecked labels that may be wrong.</param>
    /// <param name="ModelLabels">Adds photos that only the model has labelled; none if left out.</param>
    /// <param name="TrainShare">Share of the groups for training; 0.8 if left out.</param>
    /// <param name="TuneShare">Share of the groups for choosing settings; 0.2 if left out. The rest is for testing.</param>
    /// <param name="Seed">Decides which groups go to which split; the same as in earlier versions if left out.</param>
    /// <param name="CloseWindow">Whether to close the current sampling window first (the default). Photos without a closed window are left
    /// out, because they may be needed for measuring.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record DatasetRequest(
        [property: MaxLength(100)] IReadOnlyList<string>? Loops = null,
        bool? IncludeSuspects = null,
        ModelLabelRequest? ModelLabels = null,
        [property: Range(0, 1)] double? TrainShare = null,
        [property: Range(0, 1)] double? TuneShare = null,
        [property: MaxLength(100)] string? Seed = null,
        bool? CloseWindow = null
    )
    {
        public RequestDataset.Command ToCommand(string by) =>
            new()
            {
                Loops = Loops,
                IncludeSuspects = IncludeSuspects ?? false,
                ModelLabels = ModelLabels is { } labels
                    ? new ModelLabelOptions(labels.Confidence ?? 0.95, labels.Weight ?? 0.3, labels.Limit ?? 1000)
                    : null,
                TrainShare = TrainShare ?? 0.8,
                TuneShare = TuneShare ?? Math.Round(1 - (TrainShare ?? 0.8), 12),
                Seed = Seed ?? DatasetOptions.DefaultSeed,
                ClosesWindow = CloseWindow ?? true,
                By = by,
            };
    }

    /// <param name="Confidence">Lowest confidence; 0.95 if left out.</param>
    /// <param name="Weight">Weight of each photo; 0.3 if left out. A label by a person has weight 1.</param>
    /// <param name="Limit">Maximum number of photos, newest first; 1000 if left out.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record ModelLabelRequest(
        [property: Range(0, 1)] double? Confidence = null,
        [property: Range(0, 1)] double? Weight = null,
        [property: Range(1, 1_000_000)] int? Limit = null
    );

    /// <param name="Note">Why the photo is excluded.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record ExclusionRequest([property: MaxLength(PhotoExclusion.NoteLength)] string? Note = null);

    public static void MapDatasetVersions(this IEndpointRouteBuilder api)
    {
        var datasets = api.MapGroup("/datasets").WithTags("Dataset versions").RequireAuthorization(Policies.Manager);
        datasets
            .MapPost("/", BuildAsync)
            .WithName("BuildDataset")
            .WithSummary("Build a dataset version")
            .WithDescription(
                "Takes the decided labels of the loops. Photos that are reserved for measuring, excluded or deleted are left out, and so "
                    + "are labels that may be wrong. The build runs in the background: get its `location` until the state is `Ready` or "
                    + "`Failed`. The same recipe on the same labels gives the version that exists already."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );
        datasets
            .MapGet(
                "/versions",
                async (IMediator mediator, CancellationToken cancellationToken, string? cursor = null, int limit = DefaultLimit) =>
                    TypedResults.Ok(await mediator.Send(new ListDatasetVersions.Query(cursor, limit), cancellationToken))
            )
            .WithName("ListDatasetVersions")
            .WithSummary("List dataset versions and builds, newest first")
            .WithDescription("A build that gave the content of an earlier version is not listed.")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        datasets
            .MapGet("/versions/{id}", async (string id, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetDatasetVersion.Query(id), cancellationToken))
            )
            .WithName("GetDatasetVersion")
            .WithSummary("Get a dataset version")
            .WithDescription(
                "`id` is the content id or at least its first 6 characters, the number of the version, the id of the build, or `latest`."
            )
            .FailsForVersion();
        datasets
            .MapGet("/versions/{id}/manifest", ManifestAsync)
            .WithName("GetDatasetManifest")
            .WithSummary("Download the manifest of a dataset version")
            .WithDescription(
                "Lists every photo with its class, labels, group, split and weight, sorted by hash. A deleted photo is the hash of its "
                    + "row, so anybody can verify the id of the version."
            )
            .Produces<byte[]>(StatusCodes.Status200OK, "application/json")
            .FailsForVersion();
        datasets
            .MapGet(
                "/versions/{id}/items",
                async (
                    string id,
                    IMediator mediator,
                    CancellationToken cancellationToken,
                    string? cursor = null,
                    int limit = DefaultLimit
                ) => TypedResults.Ok(await mediator.Send(new ListDatasetItems.Query(id, cursor, limit), cancellationToken))
            )
            .WithName("ListDatasetItems")
            .WithSummary("List the photos of a dataset version")
            .WithDescription("Sorted by hash. Deleted photos are left out.")
            .Fails(StatusCodes.Status400BadRequest)
            .FailsForVersion();
        datasets
            .MapGet(
                "/versions/{id}/diff/{other}",
                async (string id, string other, IMediator mediator, CancellationToken cancellationToken) =>
                    TypedResults.Ok(await mediator.Send(new DiffDatasets.Query(id, other), cancellationToken))
            )
            .WithName("DiffDatasetVersions")
            .WithSummary("Compare a dataset version with another one")
            .WithDescription("Returns what `id` has that `other` has not, and the reverse: photos, classes and splits.")
            .FailsForVersion();
        datasets
            .MapGet("/versions/{id}/export/{format}", ExportAsync)
            .WithName("ExportDatasetVersion")
            .WithSummary("Download a dataset version for another tool")
            .WithDescription(
                "Formats: `folders` (zip with a folder per class), `imagefolder` (zip for Hugging Face), `csv`, `webdataset` (tar), "
                    + "`croissant` (JSON-LD), `embeddings` (safetensors with `embedding`, `label`, `weight` and `split`). A version always "
                    + "gives the same bytes until a photo is deleted. Missing photos are left out and named."
            )
            .Produces<byte[]>(
                StatusCodes.Status200OK,
                "application/octet-stream",
                "application/zip",
                "application/x-tar",
                "application/ld+json",
                "text/csv"
            )
            .Fails(StatusCodes.Status400BadRequest)
            .FailsForVersion();
        datasets
            .MapGet("/exclusions", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ListExclusions.Query(), cancellationToken))
            )
            .WithName("ListExclusions")
            .WithSummary("List the photos that are excluded from dataset versions, newest first")
            .WithDescription("At most 500.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        datasets
            .MapPut("/exclusions/{id:guid}", ExcludeAsync)
            .WithName("ExcludePhoto")
            .WithSummary("Exclude a photo from new dataset versions")
            .WithDescription("Applies to all copies of the photo. Existing versions stay as they are.")
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound
            );
        datasets
            .MapDelete("/exclusions/{id:guid}", async (Guid id, IMediator mediator, CancellationToken cancellationToken) =>
            {
                await mediator.Send(new IncludePhoto.Command(id), cancellationToken);
                return TypedResults.NoContent();
            })
            .WithName("IncludePhoto")
            .WithSummary("Let new dataset versions take a photo again")
            .WithDescription("Does nothing if the photo is not excluded.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
    }

    private static RouteHandlerBuilder FailsForVersion(this RouteHandlerBuilder endpoint) =>
        endpoint.Fails(
            StatusCodes.Status401Unauthorized,
            StatusCodes.Status403Forbidden,
            StatusCodes.Status404NotFound,
            StatusCodes.Status409Conflict
        );

    private static async Task<Accepted<DatasetVersionResponse>> BuildAsync(
        HttpContext context,
        IMediator mediator,
        IJobs jobs,
        CancellationToken cancellationToken,
        [FromBody] DatasetRequest? request = null
    )
    {
        var by = context.User.Who();
        var version = await mediator.Send((request ?? new DatasetRequest()).ToCommand(by), cancellationToken);
        // The request is stored, so the schedule would run the job too.
        await jobs.RunSoonAsync(Job, by, CancellationToken.None);
        return TypedResults.Accepted($"{context.Request.PathBase}/api/v1/datasets/versions/{version.BuildId}", version);
    }

    private static async Task<Ok<ExclusionResponse>> ExcludeAsync(
        Guid id,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken,
        [FromBody] ExclusionRequest? request = null
    ) => TypedResults.Ok(await mediator.Send(new ExcludePhoto.Command(id, context.User.Who(), request?.Note), cancellationToken));

    private static async Task<PushStreamHttpResult> ManifestAsync(
        string id,
        HttpContext context,
        IDatasetPhotos photos,
        CancellationToken cancellationToken
    )
    {
        var version = await photos.FindAsync(id, cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(
            target => photos.WriteManifestAsync(target, version, cancellationToken),
            "application/json",
            $"dataset-{version.Id[..12]}-manifest.json"
        );
    }

    private static async Task<PushStreamHttpResult> ExportAsync(
        string id,
        DatasetFormat format,
        HttpContext context,
        DatasetExports exports,
        CancellationToken cancellationToken,
        DatasetSplit? split = null
    )
    {
        var export = await exports.PrepareAsync(id, format, split, cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(export.WriteAsync, export.MediaType, export.FileName);
    }
}
