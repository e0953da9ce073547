using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>Tests that start servers of their own, with other settings than the shared ones have.</summary>
public abstract class ServerTests : IDisposable
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Is gone after the test; the server's data are in <c>data</c> in it.</summary>
    protected string Folder { get; } = Directory.CreateTempSubdirectory("gourmetgram-server-").FullName;

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Starts a server in the test's process.</summary>
    /// <param name="settings">As environment variables are named, e.g. <c>Limits__BatchMebibytes</c>.</param>
    private protected HostedServer Host(params (string Name, string Value)[] settings) => new(Complete(settings));

    /// <summary>Settings of a new database of an engine.</summary>
    /// <param name="engine"><c>Sqlite</c> or <c>PostgreSql</c>.</param>
    private protected static async Task<(string Name, string Value)[]> EngineAsync(string engine) =>
        engine == "Sqlite" ? [] : [("Database__Provider", engine), ("Database__ConnectionString", await MigratedDatabase.TakeAsync())];

    /// <summary>Starts a server in the test's process, with a clock of its own.</summary>
    private protected HostedServer Host(TimeProvider clock, params (string Name, string Value)[] settings) =>
        new(Complete(settings), clock);

    /// <summary>Starts a server as a process of its own.</summary>
    /// <param name="settings">Environment variables, e.g. <c>Limits__BatchMebibytes</c>.</param>
    private protected ServerProcess Start(params (string Name, string Value)[] settings) =>
        ServerProcess.Start(ServerProcess.Built, Complete(settings));

    private Dictionary<string, string> Complete((string Name, string Value)[] settings) =>
        new(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)), StringComparer.Ordinal)
        {
            ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"),
        };
}
