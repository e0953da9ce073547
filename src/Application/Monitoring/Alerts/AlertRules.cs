using GourmetGram.Domain.Monitoring;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Monitoring;

/// <summary>Returns the rules of alerts, as the settings define them.</summary>
internal sealed class AlertRules(IOptions<AlertOptions> options)
{
    /// <summary>Returns the rule for the accuracy of the serving version on the last 28 days.</summary>
    public AlertRule OfAccuracy() => new(options.Value.AccuracyFloorPercent / 100.0, Wilson.Z95, AlertRule.Z999);
}
