using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Reads the state of the pipeline.</summary>
internal sealed class PipelineReader(
    IRepository<PipelineRun> runs,
    IRepository<PipelineRules> rules,
    IRepository<DatasetVersion> datasets,
    IDatasetSource source,
    RememberedResults results,
    PipelinePool pool,
    IRepository<RegisteredModel> models,
    IRepository<ModelTrial> trials
)
{
    /// <summary>Largest number of new labels that is counted.</summary>
    private const int MostLabels = 10_000;

    /// <summary>Returns the rules; the defaults if they were never changed.</summary>
    public async Task<PipelineRules> RulesAsync(CancellationToken cancellationToken) =>
        await rules.FirstOrDefaultAsync(new ThePipelineRules(), cancellationToken) ?? PipelineRules.Default();

    /// <summary>Returns the run that goes on; null for none.</summary>
    public Task<PipelineRun?> OpenAsync(CancellationToken cancellationToken) =>
        runs.FirstOrDefaultAsync(new OpenPipelineRun(), cancellationToken);

    /// <summary>Returns the latest runs, newest first.</summary>
    public Task<IReadOnlyList<PipelineRun>> LatestAsync(int limit, CancellationToken cancellationToken) =>
        runs.ListAsync(new LatestPipelineRuns(limit), cancellationToken);

    /// <summary>
    /// Returns the number of labels since the newest dataset version that a model may train on: those of measuring windows do not count.
    /// </summary>
    public async Task<int> CountNewLabelsAsync(CancellationToken cancellationToken)
    {
        var newest = await datasets.FirstOrDefaultAsync(new NewestVersion(), cancellationToken);
        var found = await results.GetAsync(
            newest?.Id ?? Guid.Empty,
            async () => new NewLabels(await source.CountNewLabelsAsync(newest?.CreatedAt, MostLabels, cancellationToken)),
            cancellationToken
        );
        return found.Count;
    }

    /// <summary>Describes a run.</summary>
    public async Task<PipelineRunResponse> DescribeAsync(PipelineRun run, CancellationToken cancellationToken)
    {
        var model = run.ModelId is { } id ? await models.FirstOrDefaultAsync(new RegisteredModelById(id), cancellationToken) : null;
        var trial = run.TrialId is { } trialId ? await trials.FirstOrDefaultAsync(new TrialById(trialId), cancellationToken) : null;
        return new PipelineRunResponse
        {
            Id = run.Id,
            CreatedAt = run.CreatedAt,
            Trigger = run.Trigger,
            By = run.By,
            Stage = run.Stage,
            BuildId = run.BuildId,
            TrainingId = run.TrainingId,
            Model = model?.Version,
            Trial = trial is null ? null : TrialResponse.From(trial),
            EndedAt = run.EndedAt,
            Outcome = run.Outcome,
            Message = run.EndedAt is null ? await pool.DescribeWaitAsync(run, cancellationToken) ?? "" : run.Message,
        };
    }

    private sealed record NewLabels(int Count);
}
