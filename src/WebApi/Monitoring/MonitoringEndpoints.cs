using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Labeling;
using GourmetGram.WebApi.Lists;
using GourmetGram.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace GourmetGram.WebApi.Monitoring;

/// <summary>
/// Maps <c>/api/v1/monitoring</c>: how good the model is, estimated from the random sample. Every list is also available as CSV, for
/// clients that accept it or ask for it with <c>format=Csv</c>.
/// </summary>
internal static class MonitoringEndpoints
{
    private const int DefaultLimit = 50;

    internal sealed class PeriodParameters
    {
        /// <summary>First day (UTC); 29 days before the last one if left out.</summary>
        public DateOnly? From { get; init; }

        /// <summary>Last day (UTC); today if left out.</summary>
        public DateOnly? To { get; init; }

        /// <summary>Version of the model, as predictions name it; all versions if left out.</summary>
        public string? ModelVersion { get; init; }

        /// <summary>Format of the answer; if left out, what the client accepts.</summary>
        public ListFormat? Format { get; init; }

        public PeriodQuery ToQuery() => new(From, To, ModelVersion);
    }

    internal sealed class KnowledgeParameters
    {
        /// <summary>
        /// Day (UTC) at whose end the estimate is to be what was known then: only labels and draws that existed count. Left out, all that
        /// is known now counts. Also the last day of the period, unless that is given.
        /// </summary>
        public DateOnly? AsKnownOn { get; init; }
    }

    internal sealed class BudgetParameters
    {
        /// <summary>Number of further labels; 100 if left out.</summary>
        [Range(1, GetLabelBudget.MostLabels)]
        public int? Labels { get; init; }

        /// <summary>Half of the interval that is wanted, as a share; 0.03 (±3 points) if left out.</summary>
        [Range(0.001, 0.5)]
        public double? HalfWidth { get; init; }

        public GetLabelBudget.Query ToQuery(PeriodQuery period) => new(period, Labels ?? 100, HalfWidth ?? 0.03);
    }

    /// <param name="Labels">Number of photos to draw.</param>
    /// <param name="From">First day (UTC); 29 days before the last one if left out.</param>
    /// <param name="To">Last day (UTC); today if left out.</param>
    /// <param name="ModelVersion">Version of the model, as predictions name it; all versions if left out.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record DrawRequest(
        [property: Required, Range(1, GetLabelBudget.MostLabels)] int? Labels,
        DateOnly? From = null,
        DateOnly? To = null,
        string? ModelVersion = null
    );

    /// <param name="Label">Name of the class that you saw as the label: if it changed since, nothing is stored (409).</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record CheckRequest(string? Label = null);

    /// <param name="Class">Name of the class that the photo shows; leave it out if the answer is None or Unusable.</param>
    /// <param name="Answer">Class if left out; None for a photo of none of the classes, Unusable for one that cannot be judged.</param>
    /// <param name="Note">A note for the photo's history.</param>
    /// <param name="Label">Name of the class that you saw as the label: if it changed since, nothing is stored (409).</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record ChangeRequest(
        string? Class = null,
        AnswerKind? Answer = null,
        [property: MaxLength(HumanLabel.NoteLength)] string? Note = null,
        string? Label = null
    );

    internal sealed class PhotoParameters
    {
        /// <summary>Only photos with this label: the name of a class, or `None`.</summary>
        public string? Label { get; init; }

        /// <summary>Only photos for which the model named this class.</summary>
        public string? Predicted { get; init; }

        /// <summary>Only photos for which the model was right, or wrong.</summary>
        public bool? Right { get; init; }

        /// <summary>Only photos whose confidence is in this tenth: 0 for below 0.1, to 9.</summary>
        public int? Bin { get; init; }

        /// <summary>Only photos of the week that starts on this Monday.</summary>
        public DateOnly? Week { get; init; }

        /// <summary>Only photos of a segment of this dimension.</summary>
        public ListSegments.Dimension? Dimension { get; init; }

        /// <summary>The segment's value; for a tag `key=value`.</summary>
        public string? Value { get; init; }

        /// <summary>Lists the photos that nobody could judge instead of the labelled ones.</summary>
        public bool? Unusable { get; init; }

        /// <summary>Where the previous page ended.</summary>
        public string? Cursor { get; init; }

        /// <summary>Rows per page.</summary>
        public int? Limit { get; init; }

        public ListMeasuredPhotos.Filter ToFilter() =>
            new(Label, Predicted, Right, Bin, Week, Dimension, Value) { Unusable = Unusable ?? false };
    }

    public static void MapMonitoring(this IEndpointRouteBuilder api)
    {
        var monitoring = api.MapGroup("/monitoring").WithTags("Monitoring").RequireAuthorization(Policies.Annotator);
        monitoring
            .MapEstimate("/accuracy", period => new GetAccuracy.Query(period), response => new[] { response })
            .WithName("GetAccuracy")
            .WithSummary("Estimate the accuracy of the model")
            .WithDescription(
                "Estimates the share of all photos of a period that the model named correctly, with a 95 % interval, from blind labels of "
                    + "the random sample. A sampling window belongs to the day (UTC) of its newest photo. With `asKnownOn`, only labels "
                    + "and draws count that existed at the end of that day; if a snapshot is about exactly this period, it is returned."
            )
            .ProducesList<GetAccuracy.Response>();
        monitoring
            .MapEstimate("/classes", period => new ListClasses.Query(period), response => response.Items)
            .WithName("ListClassAccuracy")
            .WithSummary("Estimate the accuracy for each class")
            .WithDescription("Returns recall (by label) and precision (by prediction) of each class, each with a 95 % interval.")
            .ProducesList<ListClasses.Response>();
        monitoring
            .MapEstimate("/weeks", period => new ListWeeks.Query(period), response => response.Items)
            .WithName("ListWeeklyAccuracy")
            .WithSummary("Estimate the accuracy for each week")
            .WithDescription("Weeks start on Monday (UTC).")
            .ProducesList<ListWeeks.Response>();
        monitoring
            .MapEstimate("/segments", period => new ListSegments.Query(period), response => response.Items)
            .WithName("ListSegmentAccuracy")
            .WithSummary("Estimate the accuracy for parts of the photos")
            .WithDescription(
                "Compares each part with the rest, and marks the parts that differ at a false discovery rate of 10 %. A photo is in one "
                    + "part for each of its tags."
            )
            .ProducesList<ListSegments.Response>();
        monitoring
            .MapEstimate("/calibration", period => new GetCalibration.Query(period), response => response.Bins)
            .WithName("GetCalibration")
            .WithSummary("Compare the model's confidence with its accuracy")
            .WithDescription("As CSV, returns the tenths of confidence.")
            .ProducesList<GetCalibration.Response>();
        monitoring
            .MapEstimate("/confusion", period => new GetConfusion.Query(period), response => response.Items)
            .WithName("GetConfusion")
            .WithSummary("Get the confusion matrix")
            .WithDescription(
                "Returns the number of labels per label and predicted class, and the estimated number of photos they stand for."
            )
            .ProducesList<GetConfusion.Response>();
        monitoring
            .MapGet(
                "/photos",
                async (
                    [AsParameters] PeriodParameters period,
                    [AsParameters] KnowledgeParameters knowledge,
                    [AsParameters] PhotoParameters photos,
                    HttpContext context,
                    IMediator mediator,
                    CancellationToken cancellationToken
                ) =>
                    ListAnswer.Of(
                        context,
                        period.Format,
                        await mediator.Send(
                            new ListMeasuredPhotos.Query(
                                period.ToQuery() with
                                {
                                    AsKnownOn = knowledge.AsKnownOn,
                                },
                                photos.ToFilter(),
                                photos.Cursor,
                                photos.Limit ?? DefaultLimit
                            ),
                            cancellationToken
                        ),
                        response => response.Items
                    )
            )
            .WithName("ListMeasuredPhotos")
            .WithSummary("List the photos behind a number, newest first")
            .WithDescription(
                "Lists labelled photos of the random sample, or with `unusable=true` the drawn photos that nobody could judge. Photos that "
                    + "wait for a blind label are not listed."
            )
            .ProducesList<ListMeasuredPhotos.Response>();
        monitoring
            .MapGet(
                "/label-errors",
                async (
                    [AsParameters] PeriodParameters period,
                    HttpContext context,
                    IMediator mediator,
                    CancellationToken cancellationToken
                ) =>
                    ListAnswer.Of(
                        context,
                        period.Format,
                        await mediator.Send(new ListLabelErrors.Query(period.ToQuery(), context.User.ToCaller()), cancellationToken),
                        response => response.Items
                    )
            )
            .WithName("ListLabelErrors")
            .RequireAuthorization(Policies.Manager)
            .WithSummary("List labels that may be wrong")
            .WithDescription(
                "Compares labels of all loops with the probabilities that the model gave before (confident learning), and returns at most "
                    + "200 labels that contradict a confident model, worst first. Needs 100 labels. A label is not wrong because it is "
                    + "listed: ask again to decide. Labels that were checked are left out. The server stores that you have seen the "
                    + "model's answers."
            )
            .ProducesList<ListLabelErrors.Response>();
        monitoring
            .MapGet(
                "/label-checks",
                async (
                    [AsParameters] PeriodParameters period,
                    HttpContext context,
                    IMediator mediator,
                    CancellationToken cancellationToken
                ) =>
                    ListAnswer.Of(
                        context,
                        period.Format,
                        await mediator.Send(new ListLabelChecks.Query(period.ToQuery(), context.User.ToCaller()), cancellationToken),
                        response => response.Items
                    )
            )
            .WithName("ListLabelChecks")
            .RequireAuthorization(Policies.Manager)
            .WithSummary("List labels that were checked")
            .WithDescription("Returns the last check of at most 200 labels that might have been wrong, newest first.")
            .ProducesList<ListLabelChecks.Response>();
        monitoring
            .MapPost("/label-errors/{taskId:guid}/keep", KeepAsync)
            .WithName("KeepLabel")
            .RequireAuthorization(Policies.Manager)
            .WithSummary("Confirm a label that may be wrong")
            .WithDescription(
                "The label stays, and the list leaves it out until the photo has another label. Sent twice, it is stored once."
            )
            .FailsAsChange();
        monitoring
            .MapPost("/label-errors/{taskId:guid}/change", ChangeAsync)
            .WithName("ChangeLabel")
            .RequireAuthorization(Policies.Manager)
            .WithSummary("Change a label that may be wrong")
            .WithDescription(
                "The new label decides for the dataset. It is not blind, so accuracy leaves the photo out until somebody labels it without "
                    + "the model's answer. To withdraw it, use DELETE /labels/{id}, as for any label."
            )
            .FailsAsChange();
        monitoring
            .MapPost("/label-errors/{taskId:guid}/ask-again", AskAgainAsync)
            .WithName("AskAgain")
            .RequireAuthorization(Policies.Manager)
            .WithSummary("Ask another person about a label that may be wrong")
            .WithDescription(
                "Hands out the task to somebody who has not answered it, without the model's answer. Until the votes decide, the photo has "
                    + "no label. Works for loops that are labelled on the review page."
            )
            .FailsAsChange();
        monitoring
            .MapPeriod("/annotators", period => new ListAnnotators.Query(period), response => response.Items)
            .WithName("ListAnnotators")
            .RequireAuthorization(Policies.Manager)
            .WithSummary("Compare annotators")
            .WithDescription(
                "Returns how often each annotator agrees with the likely truth (Dawid and Skene 1979), and how far annotators agree with "
                    + "each other on blind labels (Krippendorff's alpha). Users who correct or confirm are one rater per source. As CSV, "
                    + "returns the raters."
            )
            .ProducesList<ListAnnotators.Response>();
        monitoring
            .MapPeriod("/drift", period => new GetDrift.Query(period), response => response.Items)
            .WithName("GetDrift")
            .WithSummary("Compare the last week with the weeks before")
            .WithDescription(
                "Compares predicted classes and confidence of the last complete week (Monday to Sunday, UTC) that ends in or before the "
                    + "period with the eight weeks before, for one model version: the given one, or the newest one that answered in that "
                    + "week. A mark is a hint, not an alert, and the test sees large changes only. As CSV, returns the charts."
            )
            .ProducesList<GetDrift.Response>();
        monitoring
            .MapGet(
                "/label-budget",
                async (
                    [AsParameters] PeriodParameters period,
                    [AsParameters] BudgetParameters budget,
                    HttpContext context,
                    IMediator mediator,
                    CancellationToken cancellationToken
                ) =>
                    ListAnswer.Of(
                        context,
                        period.Format,
                        await mediator.Send(budget.ToQuery(period.ToQuery()), cancellationToken),
                        response => response.Items
                    )
            )
            .WithName("GetLabelBudget")
            .WithSummary("Forecast what further labels would give")
            .WithDescription(
                "Returns how narrow the interval of the accuracy becomes with further labels, and which photos they are best spent on. As "
                    + "CSV, returns the groups of photos."
            )
            .ProducesList<GetLabelBudget.Response>();
        monitoring
            .MapPost("/draws", DrawAsync)
            .WithName("DrawForAccuracy")
            .RequireAuthorization(Policies.Manager)
            .WithSummary("Draw more photos to label")
            .WithDescription(
                "Draws further photos of the period by chance, where their labels narrow the interval of the accuracy most, and creates "
                    + "their tasks. Copies of a photo share a task."
            )
            .FailsAsChange();
    }

    private static async Task<Ok<DrawForAccuracy.Response>> DrawAsync(
        [FromBody] DrawRequest request,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await mediator.Send(
                new DrawForAccuracy.Command(
                    new PeriodQuery(request.From, request.To, request.ModelVersion),
                    request.Labels!.Value,
                    context.User.Who()
                ),
                cancellationToken
            )
        );

    private static async Task<Ok<LabelCheckResponse>> KeepAsync(
        Guid taskId,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken,
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] CheckRequest? request = null
    ) => TypedResults.Ok(await mediator.Send(new KeepLabel.Command(taskId, context.User.ToCaller(), request?.Label), cancellationToken));

    private static async Task<Ok<LabelCheckResponse>> ChangeAsync(
        Guid taskId,
        [FromBody] ChangeRequest request,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await mediator.Send(
                new ChangeLabel.Command(
                    taskId,
                    request.Class,
                    context.User.ToCaller(),
                    request.Answer ?? AnswerKind.Class,
                    request.Note,
                    request.Label
                ),
                cancellationToken
            )
        );

    private static async Task<Ok<LabelCheckResponse>> AskAgainAsync(
        Guid taskId,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken,
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] CheckRequest? request = null
    ) => TypedResults.Ok(await mediator.Send(new AskAgain.Command(taskId, context.User.ToCaller(), request?.Label), cancellationToken));

    /// <summary>Maps an estimate, which can also be as it was known on an earlier day.</summary>
    /// <param name="group">The group of addresses.</param>
    /// <param name="path">Path within the group.</param>
    /// <param name="queryOf">Creates the query.</param>
    /// <param name="rowsOf">Returns the rows of the CSV.</param>
    private static RouteHandlerBuilder MapEstimate<TResponse, TRow>(
        this IEndpointRouteBuilder group,
        string path,
        Func<PeriodQuery, IRequest<TResponse>> queryOf,
        Func<TResponse, IReadOnlyList<TRow>> rowsOf
    ) =>
        group.MapGet(
            path,
            async (
                [AsParameters] PeriodParameters period,
                [AsParameters] KnowledgeParameters knowledge,
                HttpContext context,
                IMediator mediator,
                CancellationToken cancellationToken
            ) =>
                ListAnswer.Of(
                    context,
                    period.Format,
                    await mediator.Send(queryOf(period.ToQuery() with { AsKnownOn = knowledge.AsKnownOn }), cancellationToken),
                    rowsOf
                )
        );

    /// <summary>Maps a query whose only parameters are its period and the format of the answer.</summary>
    /// <param name="group">The group of addresses.</param>
    /// <param name="path">Path within the group.</param>
    /// <param name="queryOf">Creates the query.</param>
    /// <param name="rowsOf">Returns the rows of the CSV.</param>
    internal static RouteHandlerBuilder MapPeriod<TResponse, TRow>(
        this IEndpointRouteBuilder group,
        string path,
        Func<PeriodQuery, IRequest<TResponse>> queryOf,
        Func<TResponse, IReadOnlyList<TRow>> rowsOf
    ) =>
        group.MapGet(
            path,
            async ([AsParameters] PeriodParameters period, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                ListAnswer.Of(context, period.Format, await mediator.Send(queryOf(period.ToQuery()), cancellationToken), rowsOf)
        );
}
