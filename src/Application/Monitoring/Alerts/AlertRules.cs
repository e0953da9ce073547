using GourmetGram.Domain.Monitoring;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Monitoring;

/// <summary>Returns the rules of alerts, as the settings define them.</summary>
internal sealed class AlertRules(IOptions<AlertOptions> options)
{
    /// <summary>How long a photo of the random sample may wait for a label.</summary>
    public TimeSpan LongestBacklog => TimeSpan.FromDays(options.Value.BacklogDays);

    /// <summary>How long changes of alerts are kept.</summary>
    public TimeSpan KeepChanges => TimeSpan.FromDays(options.Value.KeepChangesDays);

    /// <summary>How long messages are kept after they ended.</summary>
    public TimeSpan KeepMessages => TimeSpan.FromDays(options.Value.KeepMessagesDays);

    /// <summary>Returns the rule for the accuracy of the serving version on the last 28 days.</summary>
    public AlertRule OfAccuracy() => new(options.Value.AccuracyFloorPercent / 100.0, Wilson.Z95, AlertRule.Z999);

    /// <summary>Returns the rule for the accuracy of one class on the last 90 days.</summary>
    /// <param name="classes">Number of classes of the model.</param>
    public AlertRule OfClass(int classes) => AlertRule.ForClass(options.Value.ClassFloorPercent / 100.0, classes);

    /// <summary>Returns the rule for the difference between confidence and accuracy on the last 90 days.</summary>
    public ConfidenceGapRule OfConfidenceGap() => new(options.Value.ConfidenceGapPoints / 100.0);
}
