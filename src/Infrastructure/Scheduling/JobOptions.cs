using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>How this node takes part in scheduled jobs.</summary>
[SettingsSection("Jobs")]
public sealed class JobOptions
{
    [Description("Whether this node starts jobs by their schedules. Runs that people ask for are done anyway.")]
    public bool Scheduled { get; set; } = true;

    [Description("Seconds after which a node that gave no sign of life is taken for dead, and what it ran is repeated.")]
    [Range(2, 3600)]
    public int LeaseSeconds { get; set; } = 30;
}
