using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.Infrastructure.Training;

/// <summary>
/// A shell command in a process group of its own, with low priority and without the settings of the server. Disposal kills the whole
/// group, so that nothing that the command started is left.
/// </summary>
internal sealed partial class ProcessGroup : IDisposable
{
    private const string PidName = ".pid";
    private const int KillSignal = 9;

    private readonly int leader;

    private ProcessGroup(Process process)
    {
        Process = process;
        leader = process.Id;
    }

    public Process Process { get; }

    /// <summary>Starts a command.</summary>
    /// <param name="command">For the shell.</param>
    /// <param name="directory">Working directory. The process id is kept there for <see cref="KillLeftover"/>.</param>
    public static ProcessGroup Start(string command, string directory)
    {
        var start = new ProcessStartInfo("setsid", ["nice", "-n", "10", "/bin/sh", "-c", command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        CleanEnvironment.Apply(start);
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        File.WriteAllText(Path.Combine(directory, PidName), process.Id.ToString(CultureInfo.InvariantCulture));
        return new ProcessGroup(process);
    }

    /// <summary>
    /// Kills what a server that was killed left running in a directory. The system may have given the process id to another program, so the
    /// working directory is compared.
    /// </summary>
    public static void KillLeftover(string directory)
    {
        var file = new FileInfo(Path.Combine(directory, PidName));
        if (!file.Exists || !int.TryParse(File.ReadAllText(file.FullName), CultureInfo.InvariantCulture, out var pid))
            return;
        if (new FileInfo($"/proc/{pid}/cwd").LinkTarget == directory && Signal(-pid, KillSignal) != 0)
            // It had no group of its own yet.
            _ = Signal(pid, KillSignal);
    }

    /// <summary>Kills all processes of the group.</summary>
    public void Kill()
    {
        _ = Signal(-leader, KillSignal);
        // A process that was just started has no group of its own yet, and has started nothing.
        if (!Process.HasExited)
            Process.Kill();
    }

    public void Dispose()
    {
        Kill();
        Process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int pid, int signal);
}
