using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Replaces photos of a trial that were answered without a label that counts: by people who had seen the model's answer, or as photos that
/// cannot be judged. Without replacements the gate would wait for its labels for ever.
/// </summary>
internal sealed class TrialSupply(IRepository<AnnotationTask> tasks, DisagreementSampler sampler, TimeProvider time)
{
    /// <summary>Draws what is missing, as the work of one step. If nothing is left to draw or to label, ends the trial.</summary>
    /// <param name="trial">A trial at which the gate has just looked.</param>
    /// <param name="photos">The photos on which the models disagree.</param>
    /// <param name="drawn">Those of these photos that a draw took.</param>
    /// <param name="cancellationToken">Cancels the draw.</param>
    /// <returns>Number of photos drawn now.</returns>
    public async Task<int> ReplenishAsync(
        ModelTrial trial,
        IReadOnlyList<Disagreement> photos,
        IReadOnlyList<DrawnPhoto> drawn,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(trial);
        if (trial is not { EndedAt: null, Needed: { } needed })
            return 0;
        var unlabelled = drawn.Where(photo => photo.State == DrawnState.Pending).Select(photo => photo.PredictionId).ToList();
        var waiting = unlabelled.Count - await tasks.CountAsync(new AnsweredTasksOf(RandomSampleLoop.Name, unlabelled), cancellationToken);
        if (waiting >= needed)
            return 0;
        var more = await sampler.DrawAsync(RandomSampleLoop.Name, photos, drawn.Count + needed - waiting, trial.By, cancellationToken);
        if (more == 0 && waiting == 0)
            trial.RunOut(time.GetUtcNow());
        return more;
    }
}
