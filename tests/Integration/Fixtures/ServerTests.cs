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

    /// <param name="settings">Environment variables, e.g. <c>Limits__BatchMebibytes</c>.</param>
    private protected ServerProcess Start(params (string Name, string Value)[] settings)
    {
        var environment = settings.ToDictionary(s => s.Name, s => s.Value);
        environment["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data");
        return ServerProcess.Start(ServerProcess.Built, environment);
    }
}
