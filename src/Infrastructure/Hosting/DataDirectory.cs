using System.Globalization;
using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>The data directory cannot be used. The server does not start, because waiting would not help.</summary>
public sealed class DataDirectoryException(string message, Exception? cause = null, bool isInUse = false) : Exception(message, cause)
{
    /// <summary>Whether another process uses the folder, which means that the folder itself is sound.</summary>
    public bool IsInUse { get; } = isInUse;
}

/// <summary>
/// The folder that holds all stored data, locked for this process: no other GourmetGram process can use the same folder. The operating
/// system releases the lock when the process ends, even after a crash.
/// </summary>
public sealed class DataDirectory : IDisposable
{
    private const string LockName = "lock";

    private readonly FileStream held;

    /// <summary>Creates the folder if it is missing (readable only by its user), checks that it is writable, and locks it.</summary>
    /// <exception cref="DataDirectoryException">The folder cannot be created or written, or another process uses it.</exception>
    public DataDirectory(IOptions<GourmetGramOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        FullPath = Path.TrimEndingDirectorySeparator(options.Value.DataDirectoryPath);
        try
        {
            Create(FullPath);
            Disk.Probe(FullPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotBeWritten(e);
        }

        held = Lock();
        // The previous process may have been killed. It then left a write probe, and an address that no longer leads to this server.
        ServerAccess.Delete(FullPath);
        Disk.DeleteProbes(FullPath);
    }

    /// <summary>Absolute path of the folder.</summary>
    public string FullPath { get; }

    public void Dispose() => held.Dispose();

    private FileStream Lock()
    {
        var path = Path.Combine(FullPath, LockName);
        FileStream file;
        try
        {
            // On Linux FileShare.None is an exclusive flock that fails immediately instead of waiting.
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw CannotBeWritten(e);
        }
        catch (IOException e)
        {
            throw new DataDirectoryException(
                $"The data directory {FullPath} is in use by another GourmetGram process ({HolderOf(path)}). "
                    + "Stop that process, or set GourmetGram:DataDirectory to another folder.",
                e,
                isInUse: true
            );
        }

        try
        {
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return file;
        }
        catch (IOException e)
        {
            file.Dispose();
            throw CannotBeWritten(e);
        }
    }

    private static string HolderOf(string path)
    {
        try
        {
            return Disk.ReadLockedText(path) is { Length: > 0 } pid ? $"pid {pid}" : "pid unknown";
        }
        catch (IOException)
        {
            return "pid unknown";
        }
    }

    private static void Create(string path)
    {
        var missing = new List<string>();
        for (var level = path; !Directory.Exists(level); level = Path.GetDirectoryName(level)!)
            missing.Add(level);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var level in missing)
            Disk.FlushFolder(Path.GetDirectoryName(level)!);
    }

    private DataDirectoryException CannotBeWritten(Exception cause) =>
        Disk.IsFull(cause)
            ? new(
                $"The disk of the data directory {FullPath} is full. Free space there, or set GourmetGram:DataDirectory to a folder on "
                    + "another disk.",
                cause
            )
            : new(
                $"The data directory {FullPath} cannot be written: {cause.Message} "
                    + $"Make it writable for the user '{Environment.UserName}', or set GourmetGram:DataDirectory to another folder.",
                cause
            );
}

public static class DataDirectoryRegistration
{
    /// <summary>
    /// Registers the <see cref="DataDirectory"/>, which is locked when it is first resolved, and <see cref="IScratch"/> inside it. Needs
    /// <see cref="GourmetGramOptions"/>. May be called more than once.
    /// </summary>
    public static IServiceCollection AddDataDirectory(this IServiceCollection services)
    {
        services.TryAddSingleton<DataDirectory>();
        services.TryAddSingleton<IScratch, ScratchFolder>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOperationProbe, DiskProbe>());
        return services;
    }
}
