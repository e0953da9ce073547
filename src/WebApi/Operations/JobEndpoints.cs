using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using GourmetGram.Application.Common;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Operations;

/// <summary>Maps <c>/api/v1/jobs</c>: the jobs that run automatically.</summary>
internal static class JobEndpoints
{
    private const int DefaultLimit = 50;
    private const int CronLength = 120;

    /// <param name="Cron">Seconds, minutes, hours, day, month, weekday, UTC; left out or null leaves it as it is.</param>
    /// <param name="Paused">Whether the schedule is left out; left out or null leaves it as it is.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record ScheduleChange([property: MaxLength(CronLength)] string? Cron = null, bool? Paused = null);

    /// <param name="Items">Jobs, by name.</param>
    internal sealed record JobList(IReadOnlyList<JobView> Items);

    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("Jobs").RequireAuthorization(Policies.Admin);
        jobs.MapGet("/", async (IJobs all, CancellationToken cancellationToken) =>
                TypedResults.Ok(new JobList(await all.ListAsync(cancellationToken)))
            )
            .WithName("ListJobs")
            .WithSummary("All jobs: when they run, what runs, what ran last")
            .WithDescription("Schedules are UTC. A job never runs twice at the same time.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        jobs.MapPatch("/{name}", ScheduleAsync)
            .WithName("ScheduleJob")
            .WithSummary("Change when a job runs, or pause it")
            .WithDescription(
                "Cron as Quartz reads it, in UTC: seconds, minutes, hours, day, month, weekday. Firings missed while no server ran are "
                    + "made up by one run."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound
            );
        jobs.MapPost("/{name}/run", RunAsync)
            .WithName("RunJob")
            .WithSummary("Run a job now")
            .WithDescription("While another run of the job runs, this one waits for it (`Queued`).")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        jobs.MapGet("/{name}/runs", RunsAsync)
            .WithName("ListJobRuns")
            .WithSummary("Runs of a job, newest first")
            .WithDescription("Give `next` of one page as `cursor` of the next request. The newest thousand are kept.")
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound
            );
        jobs.MapGet("/{name}/runs/{id:guid}", async (string name, Guid id, IJobs all, CancellationToken cancellationToken) =>
                TypedResults.Ok(await all.FindRunAsync(name, id, cancellationToken))
            )
            .WithName("GetJobRun")
            .WithSummary("One run: how far it is, or what came of it")
            .WithDescription("Progress while the run goes on, then its outcome and counts.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        jobs.MapPost("/{name}/runs/{id:guid}/cancel", async (string name, Guid id, IJobs all, CancellationToken cancellationToken) =>
                TypedResults.Ok(await all.CancelAsync(name, id, cancellationToken))
            )
            .WithName("CancelJobRun")
            .WithSummary("Stop a run")
            .WithDescription("One that waits is stopped at once; one that runs is, within seconds, by the node that runs it.")
            .Fails(
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );
    }

    private static async Task<Ok<JobView>> ScheduleAsync(
        string name,
        [FromBody] ScheduleChange change,
        HttpContext context,
        IJobs jobs,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await jobs.ScheduleAsync(name, change.Cron, change.Paused, context.User.Who(), cancellationToken));

    private static async Task<Accepted<JobRunView>> RunAsync(
        string name,
        HttpContext context,
        IJobs jobs,
        CancellationToken cancellationToken
    )
    {
        var run = await jobs.RunAsync(name, context.User.Who(), cancellationToken);
        return TypedResults.Accepted($"{context.Request.PathBase}/api/v1/jobs/{run.Job}/runs/{run.Id}", run);
    }

    private static async Task<Ok<Page<JobRunView>>> RunsAsync(
        string name,
        IJobs jobs,
        CancellationToken cancellationToken,
        string? cursor = null,
        int limit = DefaultLimit
    ) => TypedResults.Ok(await jobs.RunsAsync(name, cursor, limit, cancellationToken));
}
