using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>Which failures stored data survives once the server has answered.</summary>
public enum Durability
{
    /// <summary>A power cut: file, folder and commit are flushed to disk before the answer.</summary>
    Power = 0,

    /// <summary>A killed process: the operating system still holds what was written.</summary>
    Process,
}

/// <summary>Settings of the installation as a whole.</summary>
[SettingsSection("GourmetGram")]
public sealed class GourmetGramOptions
{
    private const string DataFolder = "data";

    [Description(
        "Folder for all stored data: database, photos, keys. A relative path starts at the working directory. "
            + "Empty means `data` beside the executable, or `data` at the root of the checkout if the program was built in one."
    )]
    public string? DataDirectory { get; set; }

    [Description(
        "Public address of this server, e.g. `https://food.example.org/gourmetgram`. Absolute links start with it. If it has a path, the "
            + "server answers under that path, whether a proxy keeps or strips it. Empty means the address of the request."
    )]
    [PublicUrl]
    public string? PublicUrl { get; set; }

    [Description(
        "Addresses or networks of the proxies in front of this server, e.g. `10.0.0.2` or `10.0.0.0/24`; "
            + "`GourmetGram__TrustedProxies__0`, `__1`, … Only these may set "
            + "`X-Forwarded-For`, `X-Forwarded-Proto` and "
            + "`X-Forwarded-Host`. Default: none."
    )]
    [NetworkList]
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    [Description(
        "Administrator API key for automated set-ups, sent as `Authorization: Bearer …`. At least 32 characters. Empty means none."
    )]
    [MinLength(32)]
    [Secret]
    public string? BootstrapAdminKey { get; set; }

    [Description("What acknowledged data survives: `Power` (a power failure) or `Process` (a killed process; faster).")]
    [EnumDataType(typeof(Durability))]
    public Durability Durability { get; set; } = Durability.Power;

    /// <summary>Path of <see cref="PublicUrl"/>, escaped, without a slash at its end; empty when there is no public URL.</summary>
    public string PublicPath => string.IsNullOrEmpty(PublicUrl) ? "" : new Uri(PublicUrl).AbsolutePath.TrimEnd('/');

    /// <summary>Whether people reach this server by https.</summary>
    public bool IsPublicHttps => !string.IsNullOrEmpty(PublicUrl) && new Uri(PublicUrl).Scheme == Uri.UriSchemeHttps;

    /// <summary>Absolute path of the data directory.</summary>
    public string DataDirectoryPath =>
        string.IsNullOrEmpty(DataDirectory) ? DefaultDataDirectory(AppContext.BaseDirectory) : Path.GetFullPath(DataDirectory);

    /// <summary>Returns the folder where the program stores its data if no setting names one.</summary>
    /// <param name="programFolder">Folder of the executable.</param>
    /// <returns>
    /// <c>data</c> beside the executable. Inside a checkout there are many executables (Debug, Release, published), and all of them share
    /// <c>data</c> at its root.
    /// </returns>
    public static string DefaultDataDirectory(string programFolder)
    {
        for (var folder = new DirectoryInfo(programFolder); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "GourmetGram.sln")))
                return Path.Combine(folder.FullName, DataFolder);
        }

        return Path.Combine(programFolder, DataFolder);
    }
}
