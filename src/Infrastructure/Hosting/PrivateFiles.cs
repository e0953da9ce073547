using System.Runtime.InteropServices;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>Hides the files that this process writes from other users of the machine.</summary>
public static partial class PrivateFiles
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    /// <summary>
    /// Makes all files and folders created from now on private to their user, including those that the database engine creates. Call this
    /// before the first file is created.
    /// </summary>
    public static void Early()
    {
        if (!OperatingSystem.IsWindows())
            _ = UMask((uint)Others);
    }

    /// <summary>Whether the group or other users have any right to an existing file or folder.</summary>
    public static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && Path.Exists(path) && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;

    [LibraryImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint UMask(uint mask);
}
