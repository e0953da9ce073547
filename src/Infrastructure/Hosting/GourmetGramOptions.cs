using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>What an answer survives.</summary>
public enum Durability
{
    /// <summary>A power cut: file, folder and commit are flushed to the disk before the answer.</summary>
    Power = 0,

    /// <summary>A killed process: the operating system holds what was written.</summary>
    Process,
}

/// <summary>Settings of the installation as a whole.</summary>
[SettingsSection("GourmetGram")]
public sealed class GourmetGramOptions
{
    [Description(
        "Folder of all that is kept: database, photos, lock. A relative path starts at the working directory. Empty means `data` beside the executable."
    )]
    public string? DataDirectory { get; set; }

    [Description(
        "Address under which people reach this server, e.g. `https://food.example.org/gourmetgram`; builds every absolute link. With a path, the server answers under that path, whether a proxy keeps it or strips it. Empty means the address of the request."
    )]
    [PublicUrl]
    public string? PublicUrl { get; set; }

    [Description(
        "Addresses or networks of the proxies in front of this server, e.g. `10.0.0.2` or `10.0.0.0/24`; `GourmetGram__TrustedProxies__0`, `__1`, … Only these are believed when they send `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host`. Default: none."
    )]
    [NetworkList]
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    [Description(
        "An administrator's API key for unattended set-ups, sent as `Authorization: Bearer …`. At least 32 characters; empty means none."
    )]
    [MinLength(32)]
    [Secret]
    public string? BootstrapAdminKey { get; set; }

    [Description("What an answer survives: `Power` (a power cut) or `Process` (a killed process; faster).")]
    [EnumDataType(typeof(Durability))]
    public Durability Durability { get; set; } = Durability.Power;

    /// <summary>Path of <see cref="PublicUrl"/>, escaped, without a slash at its end; empty when there is none.</summary>
    public string PublicPath => string.IsNullOrEmpty(PublicUrl) ? "" : new Uri(PublicUrl).AbsolutePath.TrimEnd('/');

    /// <summary>Absolute path of the data directory.</summary>
    public string DataDirectoryPath =>
        string.IsNullOrEmpty(DataDirectory) ? Path.Combine(AppContext.BaseDirectory, "data") : Path.GetFullPath(DataDirectory);
}
