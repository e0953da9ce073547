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
/// Maps <c>/api/v1/models/{version}/trials</c> and <c>/api/v1/trials</c>: comparisons of a model with the one that serves.
/// </summary>
internal static class TrialEndpoints
{
    private const int DefaultLimit = 50;

    /// <param name="Mode">Whether the model must be not worse by the margin (NonInferiority, if left out) or better (Superiority).</param>
    /// <param name="Margin">Margin of the accuracy, as a share of all photos; 0.02 if left out.</param>
    /// <param name="MostLabels">Number of labels that may be asked for; 200 if left out.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record TrialRequest(
        GateMode? Mode = null,
        [property: Range(0.001, 0.2)] double? Margin = null,
        [property: Range(10, 2000)] int? MostLabels = null
    );

    public static void MapTrials(this IEndpointRouteBuilder api)
    {
        api.MapPost("/models/{version}/trials", BeginTrialAsync)
            .WithTags("Models")
            .RequireAuthorization(Policies.Admin)
            .WithName("BeginTrial")
            .WithSummary("Compare a model with the one that serves")
            .WithDescription(
                "Finds the photos of measuring windows on which the two models disagree, and draws some of them for labelling. The gate "
                    + "decides as the labels arrive. An earlier trial of the model that waits for labels ends. Models with different "
                    + "networks answer the photos first; until then, `preparing` is true."
            )
            .FailsAsChange();
        var trials = api.MapGroup("/trials").WithTags("Models").RequireAuthorization(Policies.Annotator);
        trials
            .MapGet("/", async (IMediator mediator, CancellationToken cancellationToken, string? cursor = null, int limit = DefaultLimit) =>
                TypedResults.Ok(await mediator.Send(new ListTrials.Query(cursor, limit), cancellationToken))
            )
            .WithName("ListTrials")
            .WithSummary("List trials, newest first")
            .WithDescription("A trial compares a model with the one that served when it began.")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        trials
            .MapGet("/{id:guid}", async (Guid id, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetTrial.Query(id), cancellationToken))
            )
            .WithName("GetTrial")
            .WithSummary("Get a trial")
            .WithDescription("Returns the photos in the comparison, the plan of looks, and the latest decision.")
            .FailsAsRead();
        trials
            .MapGet("/{id:guid}/looks", async (Guid id, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ListTrialLooks.Query(id), cancellationToken))
            )
            .WithName("ListTrialLooks")
            .WithSummary("List the looks of a trial")
            .WithDescription("Each look has all that was decided on. `repeats` says whether deciding again gives the same decision.")
            .FailsAsRead();
        trials
            .MapGet("/{id:guid}/tasks", async (Guid id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetTrialTasks.Query(id, context.User.ToCaller()), cancellationToken))
            )
            .WithName("GetTrialTasks")
            .WithSummary("Get how many photos decide a trial, and how many you can still label")
            .WithDescription("Get the photos one by one from `/loops/{loop}/tasks/next` with `trial` in the body.")
            .FailsAsRead();
        trials
            .MapGet("/{id:guid}/photos", ListPhotosAsync)
            .WithName("ListTrialPhotos")
            .WithSummary("List the labelled photos on which the models of a trial disagree")
            .WithDescription(
                "`kind=gained`: only the challenger names the class of the blind label. `kind=lost`: only the champion does. Photos that "
                    + "wait for a blind label are left out."
            )
            .FailsAsRead();
    }

    private static async Task<Ok<ListTrialPhotos.Response>> ListPhotosAsync(
        Guid id,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken,
        ListTrialPhotos.Kind kind = ListTrialPhotos.Kind.All,
        string? cursor = null,
        int limit = DefaultLimit
    ) =>
        TypedResults.Ok(
            await mediator.Send(new ListTrialPhotos.Query(id, kind, context.User.ToCaller(), cursor, limit), cancellationToken)
        );

    private static async Task<Ok<TrialResponse>> BeginTrialAsync(
        string version,
        [FromBody] TrialRequest request,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await mediator.Send(
                new BeginTrial.Command(
                    version,
                    context.User.Who(),
                    request.Mode ?? GateMode.NonInferiority,
                    request.Margin ?? 0.02,
                    request.MostLabels ?? 200
                ),
                cancellationToken
            )
        );
}
