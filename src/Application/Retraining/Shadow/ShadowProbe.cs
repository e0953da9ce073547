using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Reports a model in shadow that its own faults have switched off, until a person reacts.</summary>
internal sealed class ShadowProbe(IRepository<ShadowRun> runs) : IOperationProbe
{
    public string Rule => RuleNames.Shadow;

    public async Task<ProbeResult?> CheckAsync(bool isFailing, CancellationToken cancellationToken) =>
        await runs.FirstOrDefaultAsync(new LatestShadowRun(), cancellationToken) switch
        {
            null => null,
            { NeedsAttention: true } run => new ProbeResult(
                IsFailing: true,
                $"Model {run.Challenger.Version} was switched off. {run.Fault}"
            ),
            { IsOpen: true } run => new ProbeResult(IsFailing: false, $"Model {run.Challenger.Version} answers in shadow"),
            _ => new ProbeResult(IsFailing: false, "No model answers in shadow"),
        };
}
