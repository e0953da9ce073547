using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Monitoring;
using GourmetGram.WebApi.Lists;
using GourmetGram.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Monitoring;

/// <summary>Maps <c>/api/v1/monitoring/alerts</c> and the daily snapshots of accuracy.</summary>
internal static class AlertEndpoints
{
    /// <param name="Note">Your note.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record AcknowledgeRequest([property: MaxLength(Alert.NoteLength)] string? Note = null);

    public static void MapAlerts(this IEndpointRouteBuilder api)
    {
        var monitoring = api.MapGroup("/monitoring").WithTags("Monitoring").RequireAuthorization(Policies.Annotator);
        monitoring
            .MapPeriod("/alerts", period => new ListAlerts.Query(period), response => response.Items)
            .WithName("ListAlerts")
            .WithSummary("List all alerts")
            .WithDescription(
                "Returns the state of each alert, and its states and the latest 50 changes within the period. The model version is "
                    + "ignored. As CSV, returns the alerts."
            )
            .ProducesList<ListAlerts.Response>();
        monitoring
            .MapPeriod("/alerts/messages", period => new ListMessages.Query(period), response => response.Items)
            .RequireAuthorization(Policies.Manager)
            .WithName("ListAlertMessages")
            .WithSummary("List the messages about alerts")
            .WithDescription(
                "Returns the latest 50 messages about changes within the period, and how they were delivered. The model version is ignored."
            )
            .ProducesList<ListMessages.Response>();
        monitoring
            .MapPost("/alerts/messages/{id:guid}/resend", ResendAsync)
            .RequireAuthorization(Policies.Manager)
            .WithName("ResendAlertMessage")
            .WithSummary("Send a message about an alert again")
            .WithDescription(
                "Sends a message that was delivered or given up again, with the same id, within seconds. If that fails, attempts go on "
                    + "for a day."
            )
            .FailsAsChange();
        monitoring
            .MapPeriod("/accuracy/snapshots", period => new ListSnapshots.Query(period), response => response.Items)
            .WithName("ListAccuracySnapshots")
            .WithSummary("List the accuracy as it was known on each day")
            .WithDescription(
                "Each snapshot is the estimate for the 30 days before, as it was known on its day. Later labels do not change it. The "
                    + "model version is ignored."
            )
            .ProducesList<ListSnapshots.Response>();
        monitoring
            .MapPost("/alerts/{rule}/acknowledge", AcknowledgeAsync)
            .RequireAuthorization(Policies.Manager)
            .WithName("AcknowledgeAlert")
            .WithSummary("Acknowledge an alert")
            .WithDescription(
                "Records that you know of an alert that is Suspected or Failing, until it ends. A slash in the rule's name is sent as %2F."
            )
            .FailsAsChange();
        monitoring
            .MapPost("/alerts/test", TestAsync)
            .RequireAuthorization(Policies.Manager)
            .WithName("TestAlerts")
            .WithSummary("Send a test message")
            .WithDescription("Sends a test message through each configured channel now, and returns how that went.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
    }

    private static async Task<Ok<AlertItem>> AcknowledgeAsync(
        string rule,
        [FromBody] AcknowledgeRequest request,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await mediator.Send(
                // Routing leaves an escaped slash as it is.
                new AcknowledgeAlert.Command(
                    rule.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase),
                    request.Note,
                    context.User.Who()
                ),
                cancellationToken
            )
        );

    private static async Task<Ok<MessageItem>> ResendAsync(Guid id, IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Ok(await mediator.Send(new ResendMessage.Command(id), cancellationToken));

    private static async Task<Ok<SendTestMessages.Response>> TestAsync(
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await mediator.Send(new SendTestMessages.Command(context.User.Who()), cancellationToken));
}
