using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Access;

/// <summary>How long the audit log is kept.</summary>
[SettingsSection("Audit")]
public sealed class AuditOptions
{
    [Description("Days that entries of the audit log are kept.")]
    [Range(1, 36_500)]
    public int KeepDays { get; set; } = 730;
}
