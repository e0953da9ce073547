using System.Diagnostics;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>Environment of child processes that run code from elsewhere: settings of the server can be secrets.</summary>
internal static class CleanEnvironment
{
    /// <summary>Variables without secrets that a program may need.</summary>
    private static readonly string[] Harmless =
    [
        "PATH",
        "HOME",
        "TMPDIR",
        "LANG",
        "DOTNET_ROOT",
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT",
        "LD_LIBRARY_PATH",
    ];

    /// <summary>Removes all other variables.</summary>
    public static void Apply(ProcessStartInfo start)
    {
        var kept = Harmless.Select(name => (name, Value: Environment.GetEnvironmentVariable(name))).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in kept.Where(variable => variable.Value is not null))
            start.Environment[name] = value;
    }
}
