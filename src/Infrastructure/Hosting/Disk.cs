using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>What .NET's file API lacks: flushing a folder, and reading a file that another process holds locked.</summary>
internal static partial class Disk
{
    private const int ReadOnly = 0;

    /// <summary>Flushes a folder, so that the names in it survive a power cut. Flushing a file saves its bytes only.</summary>
    /// <exception cref="IOException">The folder cannot be flushed.</exception>
    public static void FlushFolder(string path)
    {
        // NTFS journals names, and Windows gives no handle to a folder.
        if (OperatingSystem.IsWindows())
            return;
        using var folder = OpenWithoutLock(path);
        RandomAccess.FlushToDisk(folder);
    }

    /// <summary>Reads a small text file without asking for .NET's advisory lock, so also while another process holds it.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static string ReadLockedText(string path)
    {
        using var file = OpenWithoutLock(path);
        var buffer = new byte[64];
        return System.Text.Encoding.ASCII.GetString(buffer, 0, RandomAccess.Read(file, buffer, fileOffset: 0));
    }

    /// <summary>Writes, flushes and removes a small file: whether the folder can be written is not told by its permissions alone.</summary>
    /// <exception cref="IOException">The folder cannot be written, e.g. because the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    public static void Probe(string folder)
    {
        var path = Path.Combine(folder, $".probe-{Path.GetRandomFileName()}");
        try
        {
            using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            RandomAccess.Write(file, new byte[4096], fileOffset: 0);
            RandomAccess.FlushToDisk(file);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static SafeFileHandle OpenWithoutLock(string path)
    {
        var handle = Open(path, ReadOnly);
        if (!handle.IsInvalid)
            return handle;
        var error = Marshal.GetLastPInvokeErrorMessage();
        handle.Dispose();
        throw new IOException($"{error}: '{path}'");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Open(string path, int flags);
}
