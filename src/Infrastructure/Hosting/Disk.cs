using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>Adds what .NET's file API lacks: flushing a folder, and reading a file that another process holds locked.</summary>
internal static partial class Disk
{
    private const int ReadOnly = 0;
    private const string ProbePrefix = ".probe-";

    // errno on Linux and macOS.
    private const int NoSpace = 28;
    private const int Exists = 17;
    private static readonly int QuotaExceeded = OperatingSystem.IsMacOS() ? 69 : 122;

    // HRESULTs of ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL on Windows.
    private const int WindowsHandleFull = unchecked((int)0x80070027);
    private const int WindowsFull = unchecked((int)0x80070070);

    /// <summary>Whether the disk, or the user's quota on it, is full.</summary>
    public static bool IsFull(Exception exception) =>
        exception is IOException
        && (
            OperatingSystem.IsWindows()
                ? exception.HResult is WindowsHandleFull or WindowsFull
                : exception.HResult is NoSpace || exception.HResult == QuotaExceeded
        );

    /// <summary>Checks that a disk has room for a number of bytes.</summary>
    /// <exception cref="IOException">The disk has no room (see <see cref="IsFull"/>), or its free space cannot be read.</exception>
    public static void RequireRoom(string folder, long bytes)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < bytes)
        {
            throw new IOException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"No space left on device : '{folder}' has {free >> 20} MiB free, {(bytes >> 20) + 1} MiB are needed"
                ),
                OperatingSystem.IsWindows() ? WindowsFull : NoSpace
            );
        }
    }

    /// <summary>Flushes a folder, so that the file names in it survive a power cut. Flushing a file saves only its bytes.</summary>
    /// <exception cref="IOException">The folder cannot be flushed.</exception>
    public static void FlushFolder(string path)
    {
        // NTFS journals file names, and Windows gives no handle to a folder.
        if (OperatingSystem.IsWindows())
            return;
        using var folder = OpenWithoutLock(path);
        RandomAccess.FlushToDisk(folder);
    }

    /// <summary>Reads a small text file without .NET's advisory lock, so it works while another process holds the file.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static string ReadLockedText(string path)
    {
        using var file = OpenWithoutLock(path);
        var buffer = new byte[64];
        return System.Text.Encoding.ASCII.GetString(buffer, 0, RandomAccess.Read(file, buffer, fileOffset: 0));
    }

    /// <summary>Writes, flushes and deletes a small file, because permissions alone do not show whether a folder is writable.</summary>
    /// <exception cref="IOException">The folder cannot be written, e.g. because the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    public static void Probe(string folder)
    {
        var path = Path.Combine(folder, $"{ProbePrefix}{Path.GetRandomFileName()}");
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

    /// <summary>Deletes the files that <see cref="Probe"/> left behind in a process that was killed.</summary>
    public static void DeleteProbes(string folder)
    {
        foreach (var probe in Directory.EnumerateFiles(folder, $"{ProbePrefix}*"))
            File.Delete(probe);
    }

    /// <summary>
    /// Renames a file if the new name is free. If several callers try at the same time, exactly one succeeds. <c>File.Move</c> checks first
    /// and renames afterwards, so all of them would succeed.
    /// </summary>
    /// <returns>False when the name is taken. The file then keeps its old name.</returns>
    /// <exception cref="IOException">The file cannot be renamed for another reason.</exception>
    public static bool TryMove(string source, string target)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(source, target, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(target))
            {
                return false;
            }
        }

        if (Link(source, target) != 0)
            return Marshal.GetLastPInvokeError() == Exists
                ? false
                : throw new IOException($"{Marshal.GetLastPInvokeErrorMessage()}: '{target}'");
        File.Delete(source);
        return true;
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

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string source, string target);
}
