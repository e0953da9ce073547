using GourmetGram.Application.Labeling;
using GourmetGram.Infrastructure.Scheduling;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GourmetGram.WebApi.Labeling;

/// <summary>
/// Maps <c>/api/v1/label-studio</c>: the state of the connection to Label Studio, and the webhook that Label Studio calls.
/// </summary>
internal static class LabelStudioEndpoints
{
    private const string Server = "Label Studio";

    /// <summary>Delay before labels are read. Label Studio writes the object of a label before it calls the webhook.</summary>
    private static readonly TimeSpan ForObjects = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Delay before the tasks are compared. Changes that only the tasks show (annotations deleted, or not written) are rarer, and finding
    /// them costs more.
    /// </summary>
    private static readonly TimeSpan ForTheRest = TimeSpan.FromMinutes(1);

    public static void MapLabelStudio(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/label-studio").WithTags("Label Studio");
        group
            .MapGet("/", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new GetLabelStudio.Query(), cancellationToken))
            )
            .WithName("GetLabelStudio")
            .WithSummary("How we stand with Label Studio")
            .WithDescription("As it was last: Label Studio is not asked.")
            .RequireAuthorization(Policies.Annotator)
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        group
            .MapPost("/provision", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ProvisionProjects.Command(), cancellationToken))
            )
            .WithName("ProvisionLabelStudio")
            .WithSummary("Find, make and put right the projects of loops")
            .RequireAuthorization(Policies.Admin)
            .WithDescription(
                "Of each loop that Label Studio hands out: project, label config, storages, webhook. Done again, nothing is made twice."
            )
            .Fails(
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status409Conflict,
                StatusCodes.Status502BadGateway
            );
        group
            .MapGet("/doctor", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new DiagnoseLabelStudio.Query(), cancellationToken))
            )
            .WithName("DiagnoseLabelStudio")
            .WithSummary("Look at everything between Label Studio and us")
            .RequireAuthorization(Policies.Admin)
            .WithDescription("Of each thing: what is so, how we know, and what to do. Nothing is changed.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        group
            .MapPost("/webhook", HearAsync)
            .WithName("HearLabelStudio")
            .WithSummary("Be told by Label Studio that somebody has labelled")
            .RequireAuthorization(Policies.Visitor)
            .WithDescription(
                $"For the webhooks that this server makes in Label Studio: their secret comes in the header {ProjectPlan.WebhookHeader}. "
                    + "The body is not read. The job process-annotations runs within seconds, sync-label-studio within a minute."
            )
            .Fails(StatusCodes.Status403Forbidden);
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> HearAsync(
        HttpContext context,
        IMediator mediator,
        JobSignal signal,
        CancellationToken cancellationToken
    )
    {
        var heard = await mediator.Send(new HearWebhook.Command(context.Request.Headers[ProjectPlan.WebhookHeader]), cancellationToken);
        if (!heard.IsOurs)
            return TypedResults.Problem(
                $"The header {ProjectPlan.WebhookHeader} does not hold the secret of a project.",
                statusCode: StatusCodes.Status403Forbidden
            );
        signal.Ring("process-annotations", Server, ForObjects);
        signal.Ring("sync-label-studio", Server, ForTheRest);
        return TypedResults.Accepted((string?)null);
    }
}
