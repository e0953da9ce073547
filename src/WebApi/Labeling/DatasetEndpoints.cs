using GourmetGram.Application.Labeling;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi;
using MediatR;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GourmetGram.WebApi.Labeling;

/// <summary><c>/api/v1/datasets</c>: photos that people labelled, by bucket.</summary>
internal static class DatasetEndpoints
{
    private const int DefaultLimit = 50;

    public static void MapDatasets(this IEndpointRouteBuilder api)
    {
        var datasets = api.MapGroup("/datasets").WithTags("Datasets").RequireAuthorization(Policies.Annotator);
        datasets
            .MapGet("/", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ListDatasets.Query(), cancellationToken))
            )
            .WithName("ListDatasets")
            .WithSummary("All datasets and how many photos they hold")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        datasets
            .MapGet("/{bucket}", async (string bucket, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetDataset.Query(bucket), cancellationToken))
            )
            .WithName("GetDataset")
            .WithSummary("One dataset: its classes, and the model against people")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        datasets
            .MapGet(
                "/{bucket}/photos",
                async (
                    string bucket,
                    IMediator mediator,
                    CancellationToken cancellationToken,
                    string? @class = null,
                    bool wrong = false,
                    string? cursor = null,
                    int limit = DefaultLimit
                ) =>
                    TypedResults.Ok(
                        await mediator.Send(new ListDatasetPhotos.Query(bucket, @class, wrong, cursor, limit), cancellationToken)
                    )
            )
            .WithName("ListDatasetPhotos")
            .WithSummary("Photos of a dataset, newest first")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        datasets
            .MapGet("/{bucket}/download", DownloadAsync)
            .WithName("DownloadDataset")
            .WithSummary("A dataset as a zip of class folders")
            .WithDescription(
                "`class_NN/{predictionId}` with its extension for each photo, and `manifest.json`: `[{file, sha256, bytes, class, predicted, probability}]`."
            )
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        datasets
            .MapGet("/{bucket}/labels.csv", LabelsAsync)
            .WithName("DownloadDatasetLabels")
            .WithSummary("A dataset's labels as CSV, without the photos")
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
    }

    private static async Task<PushStreamHttpResult> DownloadAsync(
        string bucket,
        HttpContext context,
        IMediator mediator,
        DatasetFiles files,
        CancellationToken cancellationToken
    )
    {
        await RequireAsync(bucket, context, mediator, cancellationToken);
        // ZipArchive ends each entry with a few bytes that it writes synchronously, also when it is asked to do all asynchronously.
        context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
        return TypedResults.Stream(target => files.WriteZipAsync(target, bucket, cancellationToken), "application/zip", $"{bucket}.zip");
    }

    private static async Task<PushStreamHttpResult> LabelsAsync(
        string bucket,
        HttpContext context,
        IMediator mediator,
        DatasetFiles files,
        CancellationToken cancellationToken
    )
    {
        await RequireAsync(bucket, context, mediator, cancellationToken);
        return TypedResults.Stream(
            target => files.WriteCsvAsync(target, bucket, cancellationToken),
            "text/csv; charset=utf-8",
            $"{bucket}.csv"
        );
    }

    /// <summary>Before the first byte is sent, so that a bucket that is none is 404.</summary>
    private static async Task RequireAsync(string bucket, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new GetDataset.Query(bucket), cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
    }
}
