using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Monitoring;

/// <summary>When an alert is raised.</summary>
[SettingsSection("Alerts")]
public sealed class AlertOptions
{
    [Description("Lowest good accuracy in percent. An alert is raised when the accuracy of the last 28 days is clearly below.")]
    [Range(1, 100)]
    public int AccuracyFloorPercent { get; set; } = 80;
}
