using System.Runtime.InteropServices;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>Makes glibc give large blocks back when they are freed. Left alone it raises its threshold after the first, and keeps up to 64 MiB of pictures that are gone in each arena.</summary>
public static partial class NativeMemoryReturn
{
    private const int MmapThreshold = -3;
    private const int ArenaMax = -8;

    /// <summary>Blocks from this size on are mapped by themselves.</summary>
    private const int LargeBlock = 256 * 1024;

    /// <summary>Must run before the first photo.</summary>
    public static void Early()
    {
        if (!OperatingSystem.IsLinux())
            return;
        _ = MallOpt(MmapThreshold, LargeBlock);
        _ = MallOpt(ArenaMax, 2);
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallOpt(int parameter, int value);
}
