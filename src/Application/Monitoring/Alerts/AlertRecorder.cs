using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Records looks of alert rules within a step. A change of state adds a row to the history and, in the same step, a message for each
/// configured channel.
/// </summary>
internal sealed class AlertRecorder(
    IRepository<Alert> alerts,
    IRepository<AlertChange> changes,
    IRepository<MessageDelivery> deliveries,
    IEnumerable<IMessageChannel> channels,
    IUnitOfWork work,
    TimeProvider time,
    ILogger<AlertRecorder> logger
)
{
    /// <summary>Records a look of a rule.</summary>
    /// <param name="rule">Name of the rule.</param>
    /// <param name="initial">The state of a rule that has never looked.</param>
    /// <param name="look">Changes the alert and returns whether its state changed.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>Whether the state changed.</returns>
    public async Task<bool> RecordAsync(
        string rule,
        AlertState initial,
        Func<Alert, DateTimeOffset, bool> look,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var alert = await alerts.FirstOrDefaultAsync(new AlertByRule(rule), cancellationToken);
        if (alert is null)
        {
            alert = Alert.Create(rule, initial, now);
            alerts.Add(alert);
        }

        var from = alert.State;
        if (!look(alert, now))
            return false;
        var change = AlertChange.Of(alert, from);
        changes.Add(change);
        if (change.IsAnnounced)
            Announce(change);
        return true;
    }

    private void Announce(AlertChange change)
    {
        // A broken channel cannot report itself.
        foreach (var channel in channels.Where(channel => channel.IsConfigured && change.Rule != RuleNames.OfChannel(channel.Channel)))
            deliveries.Add(MessageDelivery.Of(change, channel.Channel, AlertMessages.Of(change, channel.Channel)));
        work.AfterCommit(() =>
            logger.LogWarning("Alert {Rule} changed from {From} to {To}: {Value}", change.Rule, change.From, change.To, change.Value)
        );
    }
}
