using System.Diagnostics;
using System.Globalization;

namespace GourmetGram.Tests.Integration.Faults;

/// <summary>
/// A disk that can be filled and made read-only: a small file system in memory. Mounting one needs root; without, the calling test is
/// skipped.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string ballast;

    private SmallDisk(string folder)
    {
        Folder = folder;
        ballast = Path.Combine(folder, "ballast");
    }

    public string Folder { get; }

    public long Free => new DriveInfo(Folder).AvailableFreeSpace;

    public static SmallDisk Mount(int mebibytes)
    {
        var folder = Directory.CreateTempSubdirectory("gourmetgram-disk-").FullName;
        var refusal = OperatingSystem.IsLinux()
            ? Run(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m"),
                "gourmetgram-test",
                folder
            )
            : "only on Linux";
        if (refusal is not null)
            Directory.Delete(folder);
        Assert.SkipWhen(refusal is not null, $"A small disk cannot be mounted here (root may): {refusal}");
        return new SmallDisk(folder);
    }

    /// <summary>Another program takes room, until so much is left.</summary>
    public void FillUpTo(long left)
    {
        using var file = new FileStream(ballast, FileMode.Append);
        var chunk = new byte[4096];
        try
        {
            while (Free > left)
            {
                file.Write(chunk);
                file.Flush();
            }
        }
        catch (IOException) when (left == 0)
        {
            // Not one more page.
        }
    }

    /// <summary>The other program gives its room back.</summary>
    public void MakeRoom() => File.Delete(ballast);

    public void MakeReadOnly() => Assert.Null(Run("mount", "-o", "remount,ro", Folder));

    public void Dispose()
    {
        Run("umount", "-l", Folder);
        Directory.Delete(Folder);
    }

    /// <returns>Null, or what the program said when it failed.</returns>
    private static string? Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false }
        )!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : errors.Trim();
    }
}
