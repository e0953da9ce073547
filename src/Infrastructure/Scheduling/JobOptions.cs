using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>How this node takes part in scheduled jobs.</summary>
[SettingsSection("Jobs")]
public sealed class JobOptions
{
    [Description("Whether this node starts jobs on schedule. Runs that people request are always started.")]
    public bool Scheduled { get; set; } = true;

    [Description("Seconds without a heartbeat after which a node counts as stopped and its runs are repeated.")]
    [Range(2, 3600)]
    public int LeaseSeconds { get; set; } = 30;
}
