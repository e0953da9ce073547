using System.CommandLine;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.WebApi.Commands;

/// <summary>Implements <c>gourmetgram pipeline run | status</c>.</summary>
internal static class PipelineCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var json = new Option<bool>("--json") { Description = "Write JSON, in the same format as the API." };
        var run = new Command(
            "run",
            "Builds a dataset version, trains a model and compares it with the one that serves. Ends when the run ends or waits for photos "
                + "or labels."
        )
        {
            json,
        };
        run.SetAction(
            (parsed, cancellationToken) =>
                UseCaseCall.RunAsync(
                    settings,
                    RunAsync,
                    RunAsync,
                    pipeline => parsed.GetValue(json) ? UseCaseCall.ToJson(pipeline) : TextOf(pipeline),
                    cancellationToken,
                    pipeline => pipeline.Runs is [{ Outcome: PipelineOutcome.Failed }, ..] ? 1 : 0
                )
        );
        var status = new Command("status", "Writes the state of the pipeline and its latest run.") { json };
        status.SetAction(
            (parsed, cancellationToken) =>
                UseCaseCall.RunAsync(
                    settings,
                    (mediator, token) => mediator.Send(new GetPipeline.Query(), token),
                    (server, token) => server.SendAsync<PipelineResponse>(HttpMethod.Get, "pipeline", token),
                    pipeline => parsed.GetValue(json) ? UseCaseCall.ToJson(pipeline) : TextOf(pipeline),
                    cancellationToken
                )
        );
        return new Command(
            "pipeline",
            "Turns labels into the next model. Calls the server that runs on the same data directory, or works without one."
        )
        {
            run,
            status,
        };
    }

    private static async Task<PipelineResponse> RunAsync(IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new StartPipeline.Command(CommandLine.Requester), cancellationToken);
        await mediator.Send(new AdvancePipeline.Command(), cancellationToken);
        return await mediator.Send(new GetPipeline.Query(), cancellationToken);
    }

    private static async Task<PipelineResponse> RunAsync(ServerConnection server, CancellationToken cancellationToken)
    {
        await server.SendAsync<PipelineRunResponse>(HttpMethod.Post, "pipeline/runs", cancellationToken);
        PipelineResponse pipeline;
        do
        {
            await Task.Delay(Interval, cancellationToken);
            pipeline = await server.SendAsync<PipelineResponse>(HttpMethod.Get, "pipeline", cancellationToken);
        } while (pipeline.Running is { Message: "" } running && running.Trial is not { EndedAt: null });
        return pipeline;
    }

    private static string TextOf(PipelineResponse pipeline)
    {
        var lines = new List<string> { $"Model {pipeline.Serving} serves. {pipeline.NewLabels} labels since the newest dataset version." };
        if (pipeline.Runs is [var last, ..])
            lines.Add(last.EndedAt is null ? GoingOn(last) : $"The last run ended at the step {last.Stage}: {last.Message}");
        else
            lines.Add("The pipeline has not run yet.");
        return string.Join(Environment.NewLine, lines);
    }

    private static string GoingOn(PipelineRunResponse run) =>
        run.Trial is { } trial ? TrialWords.Describe(trial, trial.Challenger, trial.Champion)
        : run.Message.Length > 0 ? run.Message
        : $"The pipeline is running, at the step {run.Stage}.";
}
