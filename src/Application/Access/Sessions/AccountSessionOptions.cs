using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Access;

/// <summary>How long people stay signed in.</summary>
[SettingsSection("Sessions")]
public sealed class AccountSessionOptions
{
    [Description("Days without a request after which a person has to sign in again.")]
    [Range(1, 365)]
    public int IdleDays { get; set; } = 14;

    [Description("Days after which a person has to sign in again in any case.")]
    [Range(1, 3650)]
    public int LifetimeDays { get; set; } = 30;

    internal TimeSpan Idle => TimeSpan.FromDays(IdleDays);

    internal TimeSpan Lifetime => TimeSpan.FromDays(LifetimeDays);
}
