using System.Runtime.InteropServices;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>
/// Makes glibc return large memory blocks when they are freed. By default glibc raises its threshold after the first block, and each arena
/// then holds on to up to 64 MiB of freed pixels.
/// </summary>
public static partial class NativeMemoryReturn
{
    private const int MmapThreshold = -3;
    private const int ArenaMax = -8;

    /// <summary>Blocks from this size on get a memory mapping of their own.</summary>
    private const int LargeBlock = 256 * 1024;

    /// <summary>Sets the limits. Call this before the first photo is decoded.</summary>
    public static void Early()
    {
        if (!OperatingSystem.IsLinux())
            return;
        _ = MallOpt(MmapThreshold, LargeBlock);
        _ = MallOpt(ArenaMax, 2);
    }

    /// <summary>Returns freed memory to the system. Call this after something large was disposed.</summary>
    public static void Trim()
    {
        if (OperatingSystem.IsLinux())
            _ = MallocTrim(0);
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallOpt(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocTrim(nuint pad);
}
