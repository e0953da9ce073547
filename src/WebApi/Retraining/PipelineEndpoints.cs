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

/// <summary>Maps <c>/api/v1/training-runs</c> and <c>/api/v1/pipeline</c>.</summary>
internal static class PipelineEndpoints
{
    private const int DefaultLimit = 50;

    /// <param name="Dataset">The dataset version: its id or the beginning of it, its number, or <c>latest</c>.</param>
    /// <param name="L2">Strength of a head's regularisation (1/C of scikit-learn); by default chosen on unseen photos.</param>
    /// <param name="Trainer">What trains the model: a head here, or the program of setting Trainer:Command.</param>
    /// <param name="MatchShares">Whether the head expects each class as often as the random sample has it; needs 100 blind labels.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record TrainingRequest(
        [property: Required] string? Dataset,
        double? L2 = null,
        Trainer Trainer = Trainer.Head,
        bool MatchShares = false
    );

    /// <param name="NewLabels">Number of new labels that starts a run; null to start none.</param>
    /// <param name="EveryDays">Number of days after which a run starts; null to start none.</param>
    /// <param name="OnAlert">Whether an alert about the accuracy starts a run.</param>
    /// <param name="PauseHours">Minimum number of hours between two automatic runs.</param>
    /// <param name="PromotesByItself">Whether a model that the gate lets pass is promoted without a person.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record RulesRequest(
        int? NewLabels = null,
        int? EveryDays = null,
        bool OnAlert = false,
        int PauseHours = 24,
        bool PromotesByItself = false
    );

    public static void MapTraining(this IEndpointRouteBuilder api)
    {
        var trainings = api.MapGroup("/training-runs").WithTags("Models").RequireAuthorization(Policies.Annotator);
        trainings
            .MapPost("/", StartTrainingAsync)
            .RequireAuthorization(Policies.Admin)
            .WithName("StartTraining")
            .WithSummary("Train a model on a dataset version")
            .WithDescription("Queues the training and returns it. One training runs at a time.")
            .FailsAsChange();
        trainings
            .MapGet("/", async (IMediator mediator, CancellationToken cancellationToken, string? cursor = null, int limit = DefaultLimit) =>
                TypedResults.Ok(await mediator.Send(new ListTrainings.Query(cursor, limit), cancellationToken))
            )
            .WithName("ListTrainings")
            .WithSummary("List trainings, newest first")
            .WithDescription("Each has the version of its model, or why there is none.")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        trainings
            .MapGet("/{id:guid}", async (Guid id, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetTraining.Query(id), cancellationToken))
            )
            .WithName("GetTraining")
            .WithSummary("Get a training, with its log and its model")
            .WithDescription("Ask again until `endedAt` is not null.")
            .FailsAsRead();
        trainings
            .MapPost("/{id:guid}/cancel", async (Guid id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new CancelTraining.Command(id, context.User.Who()), cancellationToken))
            )
            .RequireAuthorization(Policies.Admin)
            .WithName("CancelTraining")
            .WithSummary("Cancel a training")
            .WithDescription("A queued training ends at once, a running one within seconds. No model remains.")
            .FailsAsChange();
    }

    public static void MapPipeline(this IEndpointRouteBuilder api)
    {
        var pipeline = api.MapGroup("/pipeline").WithTags("Models").RequireAuthorization(Policies.Annotator);
        pipeline
            .MapGet("/", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetPipeline.Query(), cancellationToken))
            )
            .WithName("GetPipeline")
            .WithSummary("Get the state of the pipeline")
            .WithDescription(
                "Returns its rules, the run that goes on, the latest runs, and the number of labels since the newest dataset version that "
                    + "a model may train on."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        pipeline
            .MapPost("/runs", StartAsync)
            .RequireAuthorization(Policies.Admin)
            .WithName("StartPipeline")
            .WithSummary("Run the pipeline")
            .WithDescription("Builds a dataset version, trains a model, compares it with the one that serves, and waits for labels.")
            .FailsAsChange();
        pipeline
            .MapPost("/stop", async (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new StopPipeline.Command(context.User.Who()), cancellationToken))
            )
            .RequireAuthorization(Policies.Admin)
            .WithName("StopPipeline")
            .WithSummary("Stop the run that goes on")
            .WithDescription("What the run has built and trained stays.")
            .FailsAsChange();
        pipeline
            .MapPut("/rules", ChangeRulesAsync)
            .RequireAuthorization(Policies.Admin)
            .WithName("ChangePipelineRules")
            .WithSummary("Change the rules of the pipeline")
            .WithDescription("Members that are left out get their defaults.")
            .FailsAsChange();
    }

    private static async Task<Ok<TrainingResponse>> StartTrainingAsync(
        [FromBody] TrainingRequest request,
        HttpContext context,
        IMediator mediator,
        IJobs jobs,
        CancellationToken cancellationToken
    )
    {
        var training = await mediator.Send(
            new StartTraining.Command(request.Dataset!, context.User.Who(), request.L2, request.Trainer, request.MatchShares),
            cancellationToken
        );
        await jobs.RunSoonAsync("train-model", context.User.Who(), cancellationToken);
        return TypedResults.Ok(training);
    }

    private static async Task<Ok<PipelineRunResponse>> StartAsync(
        HttpContext context,
        IMediator mediator,
        IJobs jobs,
        CancellationToken cancellationToken
    )
    {
        var run = await mediator.Send(new StartPipeline.Command(context.User.Who()), cancellationToken);
        await jobs.RunSoonAsync("run-pipeline", context.User.Who(), cancellationToken);
        return TypedResults.Ok(run);
    }

    private static async Task<Ok<PipelineRulesResponse>> ChangeRulesAsync(
        [FromBody] RulesRequest request,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await mediator.Send(
                new ChangePipelineRules.Command(
                    request.NewLabels,
                    request.EveryDays,
                    request.OnAlert,
                    request.PauseHours,
                    request.PromotesByItself,
                    context.User.Who()
                ),
                cancellationToken
            )
        );
}
