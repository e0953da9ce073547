using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Starts the pipeline when its rules say so, and carries on the run that goes on: build, train, gate, serve. Job <c>run-pipeline</c>. Each
/// step is recorded before the next one begins, so a run continues after a crash where it was.
/// </summary>
public static class AdvancePipeline
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Started">Number of runs started: 0 or 1.</param>
    /// <param name="Ended">Number of runs ended: 0 or 1.</param>
    public sealed record Response(int Started, int Ended);

    internal sealed class Handler(
        IExclusiveWork exclusive,
        IUnitOfWork work,
        IMediator mediator,
        PipelineReader reader,
        PipelineTriggers triggers,
        PipelinePool pool,
        IRepository<PipelineRun> runs,
        IRepository<DatasetVersion> datasets,
        IRepository<TrainingRun> trainings,
        IRepository<RegisteredModel> models,
        IRepository<ModelTrial> trials,
        DatasetRecipe recipe,
        ServingHistory history,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        private const string Pipeline = "pipeline";

        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

        /// <exception cref="ConflictException">Another node carries on the run during the whole wait.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            // Taking the turn writes, so it is taken only if there is something to do.
            var hasWork = await reader.OpenAsync(cancellationToken) is { } run
                ? await pool.DescribeWaitAsync(run, cancellationToken) is null
                : await triggers.FindAsync(cancellationToken) is not null;
            return hasWork
                ? await exclusive.RunAsync("run-pipeline", Patience, AdvanceAsync, cancellationToken)
                : new Response(Started: 0, Ended: 0);
        }

        private async Task<Response> AdvanceAsync(CancellationToken cancellationToken)
        {
            var started = await work.RunStepAsync((Handler step) => step.StartAsync(cancellationToken)) ? 1 : 0;
            while (await reader.OpenAsync(cancellationToken) is { } run)
            {
                if (!await TakeStepAsync(run, cancellationToken))
                    return new Response(started, 0);
                if (await reader.OpenAsync(cancellationToken) is null)
                    return new Response(started, 1);
            }

            return new Response(started, 0);
        }

        private async Task<bool> StartAsync(CancellationToken cancellationToken)
        {
            if (await triggers.FindAsync(cancellationToken) is not { } trigger)
                return false;
            runs.Add(PipelineRun.Start(trigger, Pipeline, time.GetUtcNow()));
            return true;
        }

        /// <returns>False when the run waits for photos, for labels, or for another build or training.</returns>
        private Task<bool> TakeStepAsync(PipelineRun run, CancellationToken cancellationToken) =>
            run.Stage switch
            {
                PipelineStage.Build => BuildAsync(run, cancellationToken),
                PipelineStage.Train => TrainAsync(run, cancellationToken),
                PipelineStage.Gate => CompareAsync(run, cancellationToken),
                _ => ServeAsync(run, cancellationToken),
            };

        private async Task<bool> BuildAsync(PipelineRun run, CancellationToken cancellationToken)
        {
            if (run.BuildId is null)
                return await work.RunStepAsync((Handler step) => step.RequestBuildAsync(run.Id, cancellationToken));
            await mediator.Send(new BuildDataset.Command(run.BuildId), cancellationToken);
            var version = (await datasets.FirstOrDefaultAsync(new VersionOfBuild(run.BuildId.Value), cancellationToken))!;
            return version.State switch
            {
                DatasetState.Building => false,
                DatasetState.Failed => await EndAsync(run.Id, PipelineOutcome.Failed, version.Failure!, cancellationToken),
                _ => await work.RunStepAsync((Handler step) => step.QueueTrainingAsync(run.Id, version, cancellationToken)),
            };
        }

        private async Task<bool> RequestBuildAsync(Guid id, CancellationToken cancellationToken)
        {
            var run = (await runs.FirstOrDefaultAsync(new PipelineRunById(id), cancellationToken))!;
            // A build that a person requested comes first.
            if (run.BuildId is not null || await datasets.FirstOrDefaultAsync(new UnfinishedBuilds(), cancellationToken) is not null)
                return run.BuildId is not null;
            var version = DatasetVersion.Request(
                await recipe.DefaultAsync(cancellationToken),
                (await history.CurrentAsync(cancellationToken)).Model.Model.Labels,
                run.By,
                time.GetUtcNow()
            );
            datasets.Add(version);
            run.BeginBuild(version.Id);
            return true;
        }

        private async Task<bool> QueueTrainingAsync(Guid id, DatasetVersion version, CancellationToken cancellationToken)
        {
            var run = (await runs.FirstOrDefaultAsync(new PipelineRunById(id), cancellationToken))!;
            var known = await models.FirstOrDefaultAsync(new ModelTrainedOn(version.ContentId!), cancellationToken);
            if (known is not null)
            {
                run.End(
                    PipelineOutcome.Stopped,
                    $"There are no labels that model {known.Version} was not trained on already. Nothing was changed.",
                    time.GetUtcNow()
                );
                return true;
            }

            var training = TrainingRun.Queue(version.ContentId!, l2: null, run.By, time.GetUtcNow());
            trainings.Add(training);
            run.BeginTraining(training.Id);
            return true;
        }

        private async Task<bool> TrainAsync(PipelineRun run, CancellationToken cancellationToken)
        {
            var id = run.TrainingId!.Value;
            await mediator.Send(new TrainModel.Command(id), cancellationToken);
            var training = (await trainings.FirstOrDefaultAsync(new TrainingById(id), cancellationToken))!;
            return training.State switch
            {
                TrainingState.Succeeded => await ChangeAsync(run.Id, open => open.BeginGate(training.ModelId!.Value), cancellationToken),
                TrainingState.Failed => await EndAsync(run.Id, PipelineOutcome.Failed, training.Failure!, cancellationToken),
                TrainingState.Cancelled => await EndAsync(
                    run.Id,
                    PipelineOutcome.Stopped,
                    "The training was cancelled.",
                    cancellationToken
                ),
                _ => false,
            };
        }

        private async Task<bool> CompareAsync(PipelineRun run, CancellationToken cancellationToken)
        {
            var model = (await models.FirstOrDefaultAsync(new RegisteredModelById(run.ModelId!.Value), cancellationToken))!;
            if (run.TrialId is not { } trialId)
                return await pool.DescribeWaitAsync(run, cancellationToken) is null && await BeginTrialAsync(run, model, cancellationToken);
            await mediator.Send(new DecideTrials.Command(), cancellationToken);
            var trial = (await trials.FirstOrDefaultAsync(new TrialById(trialId), cancellationToken))!;
            if (trial.EndedAt is null)
                return false;
            if (trial.AllowsPromotion)
                return await ChangeAsync(run.Id, open => open.BeginServing(), cancellationToken);
            return await EndAsync(run.Id, PipelineOutcome.Stopped, TrialWords.Describe(trial), cancellationToken);
        }

        private async Task<bool> BeginTrialAsync(PipelineRun run, RegisteredModel model, CancellationToken cancellationToken)
        {
            // A trial that began just before a crash goes on.
            var current = await history.CurrentAsync(cancellationToken);
            var trial = await trials.FirstOrDefaultAsync(new LatestTrialOf(model.Id, current.ModelId), cancellationToken);
            try
            {
                var id = trial?.Id ?? (await mediator.Send(new BeginTrial.Command(model.Version, run.By), cancellationToken)).Id;
                return await ChangeAsync(run.Id, open => open.AwaitTrial(id), cancellationToken);
            }
            catch (ConflictException e)
            {
                return await EndAsync(run.Id, PipelineOutcome.Stopped, e.Message, cancellationToken);
            }
        }

        private async Task<bool> ServeAsync(PipelineRun run, CancellationToken cancellationToken)
        {
            var model = (await models.FirstOrDefaultAsync(new RegisteredModelById(run.ModelId!.Value), cancellationToken))!;
            var serving = await history.CurrentAsync(cancellationToken);
            if (serving.ModelId == model.Id)
                return await EndAsync(run.Id, PipelineOutcome.Serving, $"Model {model.Version} serves.", cancellationToken);
            if (!(await reader.RulesAsync(cancellationToken)).PromotesByItself)
                return await EndAsync(
                    run.Id,
                    PipelineOutcome.Passed,
                    $"The gate let model {model.Version} pass. It waits for a person to promote it.",
                    cancellationToken
                );
            try
            {
                await mediator.Send(new PromoteModel.Command(model.Version, run.By), cancellationToken);
                return true;
            }
            catch (ConflictException e)
            {
                return await EndAsync(run.Id, PipelineOutcome.Stopped, e.Message, cancellationToken);
            }
        }

        private Task<bool> EndAsync(Guid id, PipelineOutcome outcome, string message, CancellationToken cancellationToken) =>
            ChangeAsync(id, run => run.End(outcome, message, time.GetUtcNow()), cancellationToken);

        /// <returns>True, also if the run was stopped meanwhile.</returns>
        private Task<bool> ChangeAsync(Guid id, Action<PipelineRun> change, CancellationToken cancellationToken) =>
            work.RunStepAsync((Handler step) => step.ApplyAsync(id, change, cancellationToken));

        private async Task<bool> ApplyAsync(Guid id, Action<PipelineRun> change, CancellationToken cancellationToken)
        {
            if (await runs.FirstOrDefaultAsync(new PipelineRunById(id), cancellationToken) is { EndedAt: null } run)
                change(run);
            return true;
        }
    }
}
