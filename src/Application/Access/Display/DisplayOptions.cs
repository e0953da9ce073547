using System.ComponentModel;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Access;

/// <summary>How pages look to people with an account who have chosen nothing.</summary>
[SettingsSection("Pages")]
public sealed class DisplayOptions
{
    [Description(
        "Time zone in which pages show times to people with an account who have chosen none, e.g. `Europe/Stockholm`. Empty means the "
            + "browser's, and UTC without scripts."
    )]
    [KnownTimeZone]
    public string? TimeZone { get; set; }
}
