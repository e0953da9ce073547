using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>The start of this process, from which the grace period of operation checks counts.</summary>
public sealed class OperationGrace(TimeProvider time)
{
    /// <summary>Other services may start after this one, so nothing is reported as broken before this time has passed.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(5);

    private readonly long start = time.GetTimestamp();

    /// <summary>Whether the process has only just started.</summary>
    public bool IsActive => time.GetElapsedTime(start) < Length;
}

/// <summary>
/// Compares the operation with its alerts: probes, the last run of each job, and the channels that send messages. Reads only.
/// </summary>
internal sealed class OperationChecks(
    IEnumerable<IOperationProbe> probes,
    IEnumerable<IMessageChannel> channels,
    IJobs jobs,
    IRepository<Alert> alerts,
    IRepository<MessageDelivery> deliveries,
    OperationGrace grace,
    TimeProvider time
)
{
    private static readonly TimeSpan ChannelPatience = TimeSpan.FromHours(1);

    /// <param name="Rule">Name of the rule.</param>
    /// <param name="Result">What was found.</param>
    /// <param name="IsOnlyForFaults">Whether the rule has no alert until it fails for the first time.</param>
    internal sealed record Finding(string Rule, ProbeResult Result, bool IsOnlyForFaults);

    /// <summary>Returns the findings that differ from the recorded states.</summary>
    public async Task<IReadOnlyList<Finding>> FindChangesAsync(CancellationToken cancellationToken)
    {
        var known = (await alerts.ListAsync(new AllAlerts(), cancellationToken)).ToDictionary(alert => alert.Rule, StringComparer.Ordinal);
        var findings = new List<Finding>();
        foreach (var probe in probes)
        {
            var isFailing = known.GetValueOrDefault(probe.Rule)?.IsOpen ?? false;
            if (await probe.CheckAsync(isFailing, cancellationToken) is { } result)
                findings.Add(new Finding(probe.Rule, result, IsOnlyForFaults: false));
            else if (isFailing)
                findings.Add(new Finding(probe.Rule, new ProbeResult(IsFailing: false, "Not in use any more"), IsOnlyForFaults: true));
        }

        var services = findings.Where(finding => finding.Rule is RuleNames.ObjectStore or RuleNames.LabelStudio).ToList();
        foreach (var job in await jobs.ListAsync(cancellationToken))
        {
            if (Of(job, services, known) is { } finding)
                findings.Add(finding);
        }

        foreach (var channel in Enum.GetValues<MessageChannel>())
            findings.Add(await CheckAsync(channel, cancellationToken));
        return [.. findings.Where(finding => IsChange(finding, known.GetValueOrDefault(finding.Rule)))];
    }

    private bool IsChange(Finding finding, Alert? alert) =>
        finding.Result.IsFailing ? alert is not { IsOpen: true } && !grace.IsActive : alert?.IsOpen ?? !finding.IsOnlyForFaults;

    /// <summary>
    /// Judges the last run of a job. One broken service makes several jobs fail and is reported once, so a run that failed before the
    /// service worked again says nothing.
    /// </summary>
    private static Finding? Of(JobView job, List<Finding> services, Dictionary<string, Alert> known)
    {
        var rule = RuleNames.OfJob(job.Name);
        switch (job.Last)
        {
            case { State: JobRunState.Completed }:
                return new Finding(rule, new ProbeResult(IsFailing: false, "The last run completed"), IsOnlyForFaults: true);
            case { State: JobRunState.Failed } run:
                var isExplained = services.Exists(service =>
                    service.Result.IsFailing
                    || (known.GetValueOrDefault(service.Rule) is { } alert && alert.Since >= run.EndedAt && alert.Revision > 1)
                );
                return isExplained
                    ? null
                    : new Finding(rule, new ProbeResult(IsFailing: true, run.Error ?? "The last run failed"), IsOnlyForFaults: true);
            default:
                return null;
        }
    }

    /// <summary>A channel fails when its last message was abandoned, or when its next one has failed for an hour.</summary>
    private async Task<Finding> CheckAsync(MessageChannel channel, CancellationToken cancellationToken)
    {
        var rule = RuleNames.OfChannel(channel);
        if (!channels.Any(known => known.Channel == channel && known.IsConfigured))
            return new Finding(rule, new ProbeResult(IsFailing: false, "Not configured"), IsOnlyForFaults: true);
        var next = await deliveries.FirstOrDefaultAsync(new OldestDueDelivery(channel), cancellationToken);
        if (next?.FailingSince is { } since && time.GetUtcNow() - since >= ChannelPatience)
            return Failing(next);
        var last = await deliveries.FirstOrDefaultAsync(new LastEndedDelivery(channel), cancellationToken);
        return last is { State: DeliveryState.Abandoned }
            ? Failing(last)
            : new Finding(rule, new ProbeResult(IsFailing: false, "Messages arrive"), IsOnlyForFaults: true);

        Finding Failing(MessageDelivery delivery) =>
            new(rule, new ProbeResult(IsFailing: true, delivery.LastError ?? "Messages do not arrive"), IsOnlyForFaults: true);
    }
}
