using GourmetGram.Application.Access;
using GourmetGram.Application.Labeling;
using GourmetGram.Infrastructure.Scheduling;
using GourmetGram.WebApi.OpenApi;
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
            .WithSummary("Get the state of the connection to Label Studio")
            .WithDescription("Returns the last known state, without a request to Label Studio.")
            .RequireAuthorization(Policies.Annotator)
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        group
            .MapPost("/provision", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ProvisionProjects.Command(), cancellationToken))
            )
            .WithName("ProvisionLabelStudio")
            .WithSummary("Create and repair the projects in Label Studio")
            .RequireAuthorization(Policies.Manager)
            .WithDescription(
                "Creates or repairs the project, label config, storages and webhook of each loop that uses Label Studio. Can be repeated."
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
            .WithSummary("Check the connection to Label Studio")
            .RequireAuthorization(Policies.Manager)
            .WithDescription("Returns findings: what was found, how it was checked, and what to do. Changes nothing.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        group
            .MapPost("/webhook", HearAsync)
            .WithName("HearLabelStudio")
            .WithSummary("Receive a webhook from Label Studio")
            .RequireAuthorization(Policies.Visitor)
            .WithDescription(
                $"Called by the webhooks that this server creates. The header {ProjectPlan.WebhookHeader} must contain their secret. "
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
                $"The header {ProjectPlan.WebhookHeader} does not contain the secret of a project.",
                statusCode: StatusCodes.Status403Forbidden
            );
        signal.Ring("process-annotations", Server, ForObjects);
        signal.Ring("sync-label-studio", Server, ForTheRest);
        return TypedResults.Accepted((string?)null);
    }
}
