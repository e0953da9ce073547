using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Decides whether the pipeline starts automatically.</summary>
internal sealed class PipelineTriggers(PipelineReader reader, IRepository<Alert> alerts, TimeProvider time)
{
    /// <summary>Returns what starts a run now; null if nothing does, a run goes on, or the last one is too recent.</summary>
    public async Task<PipelineTrigger?> FindAsync(CancellationToken cancellationToken)
    {
        var rules = await reader.RulesAsync(cancellationToken);
        if (rules is { NewLabels: null, EveryDays: null, OnAlert: false } || await reader.OpenAsync(cancellationToken) is not null)
            return null;
        var now = time.GetUtcNow();
        var last = await reader.LatestAsync(1, cancellationToken) is [var newest, ..] ? newest : null;
        if (last is not null && now - last.CreatedAt < TimeSpan.FromHours(rules.PauseHours))
            return null;
        if (rules.NewLabels is { } labels && await reader.CountNewLabelsAsync(cancellationToken) >= labels)
            return PipelineTrigger.Labels;
        if (rules.NextScheduled(last?.CreatedAt, now) <= now)
            return PipelineTrigger.Schedule;
        return rules.OnAlert && (await alerts.ListAsync(new FailingAlerts(), cancellationToken)).Any(IsAboutAccuracy)
            ? PipelineTrigger.Alert
            : null;
    }

    private static bool IsAboutAccuracy(Alert alert) =>
        alert.Rule is RuleNames.Accuracy or RuleNames.VersionBefore || RuleNames.IsOfClass(alert.Rule);
}
