using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GourmetGram.WebApi.Labeling;

/// <summary>Maps <c>/api/v1/datasets</c>: labelled photos, by bucket.</summary>
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
            .WithDescription("A dataset holds the labelled photos of a loop, in a folder for each class.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        datasets
            .MapGet("/{bucket}", async (string bucket, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetDataset.Query(bucket), cancellationToken))
            )
            .WithName("GetDataset")
            .WithSummary("One dataset: its classes, and the model against people")
            .WithDescription("Photos per class, and how often the model named another class than the label.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        datasets
            .MapGet(
                "/{bucket}/photos",
                async (
                    string bucket,
                    HttpContext context,
                    IMediator mediator,
                    CancellationToken cancellationToken,
                    string? @class = null,
                    bool wrong = false,
                    string? cursor = null,
                    int limit = DefaultLimit,
                    AnswerKind answer = AnswerKind.Class
                ) =>
                    TypedResults.Ok(
                        await mediator.Send(
                            new ListDatasetPhotos.Query(bucket, context.User.ToCaller(), @class, wrong, cursor, limit, answer),
                            cancellationToken
                        )
                    )
            )
            .WithName("ListDatasetPhotos")
            .WithSummary("Photos of a dataset, newest first")
            .WithDescription(
                "With `answer=None` or `answer=Unusable` the photos that the loop asked about and people gave no class: "
                    + "they are listed here, and not copied to the bucket. Photos that you are labelling blind are left out."
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        datasets
            .MapGet("/{bucket}/download", DownloadAsync)
            .WithName("DownloadDataset")
            .WithSummary("A dataset as a zip of class folders")
            .WithDescription(
                "`class_NN/{predictionId}` with its extension for each photo, and `manifest.json`: "
                    + "`[{file, sha256, bytes, class, predicted, probability, answer}]`. "
                    + "Photos that people gave no class are at the end of that list, with `file`, `bytes` and `class` null and a "
                    + "`prediction_id`; they are not in the zip."
            )
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        datasets
            .MapGet("/{bucket}/labels.csv", LabelsAsync)
            .WithName("DownloadDatasetLabels")
            .WithSummary("A dataset's labels as CSV, without the photos")
            .WithDescription(
                "One line a photo. Photos that people gave no class have the answer None or Unusable, and no file, class or bytes."
            )
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
        return TypedResults.Stream(
            target => files.WriteZipAsync(target, bucket, context.User.ToCaller(), cancellationToken),
            "application/zip",
            $"{bucket}.zip"
        );
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
            target => files.WriteCsvAsync(target, bucket, context.User.ToCaller(), cancellationToken),
            "text/csv; charset=utf-8",
            $"{bucket}.csv"
        );
    }

    /// <summary>Checks that the dataset exists before the first byte is sent, so that an unknown bucket is answered with 404.</summary>
    private static async Task RequireAsync(string bucket, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new GetDataset.Query(bucket), cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
    }
}
