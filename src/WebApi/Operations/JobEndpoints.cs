using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.WebApi.OpenApi;
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
            .WithSummary("List all jobs")
            .WithDescription("Returns each job with its schedule (UTC), current run and last run. Runs of one job never overlap.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        jobs.MapPatch("/{name}", ScheduleAsync)
            .WithName("ScheduleJob")
            .WithSummary("Change the schedule of a job, or pause it")
            .WithDescription(
                "A Quartz cron expression in UTC: seconds, minutes, hours, day, month, weekday. Runs missed while no server was running "
                    + "are caught up once."
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
            .WithDescription("If the job is already running, the new run is `Queued` and starts afterwards.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        jobs.MapGet("/{name}/runs", RunsAsync)
            .WithName("ListJobRuns")
            .WithSummary("List the runs of a job, newest first")
            .WithDescription("Send `next` of one page as `cursor` to get the next page. The newest thousand runs are stored.")
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
            .WithSummary("Get a run of a job")
            .WithDescription("Returns the progress of the run, or its outcome and counts.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        jobs.MapPost("/{name}/runs/{id:guid}/cancel", async (string name, Guid id, IJobs all, CancellationToken cancellationToken) =>
                TypedResults.Ok(await all.CancelAsync(name, id, cancellationToken))
            )
            .WithName("CancelJobRun")
            .WithSummary("Cancel a run")
            .WithDescription("A queued run is cancelled immediately. A running one is stopped by its node within seconds.")
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
