using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Records the photos on which the models of a trial disagree, and draws some of them, as the work of one step.</summary>
internal sealed class TrialStart(IRepository<Disagreement> disagreements, DisagreementSampler sampler, TrialGate gate)
{
    /// <param name="trial">The trial, whose pool is known.</param>
    /// <param name="compared">The comparison of its models.</param>
    /// <param name="cancellationToken">Cancels the draw.</param>
    public async Task DrawAsync(ModelTrial trial, ModelComparison.Result compared, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trial);
        ArgumentNullException.ThrowIfNull(compared);
        var rows = compared.Differing.Select(one => Disagreement.Of(trial.Id, one.Photo, one.Champion, one.Challenger)).ToList();
        foreach (var row in rows)
            disagreements.Add(row);
        // The gate first decides on the labels that are there: with few disagreements it needs none.
        await gate.LookAsync(trial, rows, cancellationToken);
        if (trial.EndedAt is null)
            await sampler.DrawAsync(RandomSampleLoop.Name, rows, trial.Plan.Labels[^1], trial.By, cancellationToken);
    }
}
