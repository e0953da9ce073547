using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using GourmetGram.WebApi.OpenApi;
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
            .WithSummary("List all datasets")
            .WithDescription("A dataset contains the labelled photos of a loop, in one folder per class.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        datasets
            .MapGet("/{bucket}", async (string bucket, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetDataset.Query(bucket), cancellationToken))
            )
            .WithName("GetDataset")
            .WithSummary("Get a dataset")
            .WithDescription("Returns the number of photos per class, and how often the model's answer differs from the label.")
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
            .WithSummary("List the photos of a dataset, newest first")
            .WithDescription(
                "With `answer=None` or `answer=Unusable`, lists photos that were labelled without a class. "
                    + "They are not copied to the bucket. Photos that you are labelling blind are left out."
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        datasets
            .MapGet("/{bucket}/download", DownloadAsync)
            .WithName("DownloadDataset")
            .WithSummary("Download a dataset as a zip of class folders")
            .WithDescription(
                "Contains each photo as `class_NN/{predictionId}` with its extension, and `manifest.json`: "
                    + "`[{file, sha256, bytes, class, predicted, probability, answer}]`. "
                    + "Photos labelled without a class are not in the zip. They are at the end of that list, with a `prediction_id` and "
                    + "with `file`, `bytes` and `class` null."
            )
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        datasets
            .MapGet("/{bucket}/labels.csv", LabelsAsync)
            .WithName("DownloadDatasetLabels")
            .WithSummary("Download the labels of a dataset as CSV")
            .WithDescription(
                "One line per photo. Photos labelled without a class have the answer None or Unusable, and no file, class or bytes."
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
