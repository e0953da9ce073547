using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Retraining;

/// <summary>Makes this node take part in the run in shadow that the database names.</summary>
public interface IShadowFollower
{
    /// <summary>
    /// Stores the answers of the last seconds, then starts or stops the model in shadow. A model that cannot be loaded ends the run, with
    /// the reason. While the object store does not respond, the next call tries again.
    /// </summary>
    Task FollowAsync(CancellationToken cancellationToken);
}

/// <summary>What this node remembers between two looks at the run in shadow.</summary>
internal sealed class ShadowMemory
{
    /// <summary>One look at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>Answers that are not stored yet.</summary>
    public ShadowReport? Pending { get; set; }
}

/// <inheritdoc cref="IShadowFollower"/>
internal sealed class ShadowFollower(
    IUnitOfWork work,
    ShadowRunner runner,
    ShadowMemory memory,
    ModelOpener opener,
    IModelSwitch models,
    IRepository<ShadowRun> runs,
    IRepository<ModelAnswer> answers,
    IRepository<Prediction> predictions,
    TimeProvider time,
    ILogger<ShadowFollower> logger
) : IShadowFollower
{
    private const int Batch = 500;

    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await memory.Turn.WaitAsync(cancellationToken);
        try
        {
            await StoreAsync(cancellationToken);
            var open = await runs.FirstOrDefaultAsync(new OpenShadowRun(), cancellationToken);
            if (open?.Id == runner.ShadowId)
                return;
            await runner.StopAsync();
            if (open is not null)
                await StartAsync(open, cancellationToken);
        }
        finally
        {
            memory.Turn.Release();
        }
    }

    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        while ((memory.Pending ??= runner.Take(Batch)) is { IsEmpty: false } report)
        {
            await work.RunStepAsync((ShadowFollower step) => step.StoreAsync(report, cancellationToken));
            memory.Pending = null;
        }

        memory.Pending = null;
    }

    private async Task<bool> StoreAsync(ShadowReport report, CancellationToken cancellationToken)
    {
        if (await runs.FirstOrDefaultAsync(new ShadowRunById(report.ShadowId), cancellationToken) is not { } run)
            return false;
        var now = time.GetUtcNow();
        Guid[] ids = [.. report.Answers.Select(answer => answer.PredictionId)];
        // A photo may have been deleted meanwhile, and a commit whose end was not seen is repeated.
        var known = (await predictions.ListAsync(new PredictionsWithIds(ids), cancellationToken)).Select(photo => photo.Id).ToHashSet();
        known.ExceptWith(
            (await answers.ListAsync(new AnswersOfModel(run.ChallengerId, ids), cancellationToken)).Select(answer => answer.PredictionId)
        );
        foreach (var answer in report.Answers.Where(answer => known.Contains(answer.PredictionId)))
            answers.Add(ModelAnswer.InShadow(run, answer.PredictionId, answer.Probabilities, answer.Milliseconds, now));
        run.Count(report.Dropped, report.Failed);
        if (report.Fault is { } fault)
            run.Fail(fault, now);
        return true;
    }

    private async Task StartAsync(ShadowRun open, CancellationToken cancellationToken)
    {
        try
        {
            var model = await opener.OpenAsync(open.Challenger, cancellationToken);
            var serving = models.Serving;
            if ((model.InputWidth, model.InputHeight) != (serving.InputWidth, serving.InputHeight))
            {
                await model.DisposeAsync();
                throw new UnusableModelException(
                    $"It takes photos of {model.InputWidth}×{model.InputHeight} pixels, and the model that serves takes "
                        + $"{serving.InputWidth}×{serving.InputHeight}."
                );
            }

            runner.Start(open, model);
            logger.LogInformation("Model {Version} answers in shadow from now on", open.Challenger.Version);
        }
        catch (Exception e) when (e is UnusableModelException or NotFoundException)
        {
            await work.RunStepAsync((ShadowFollower step) => step.FailAsync(open.Id, e.Message, cancellationToken));
        }
    }

    private async Task<bool> FailAsync(Guid id, string fault, CancellationToken cancellationToken)
    {
        var run = await runs.FirstOrDefaultAsync(new ShadowRunById(id), cancellationToken);
        run?.Fail(fault, time.GetUtcNow());
        return run is not null;
    }
}
