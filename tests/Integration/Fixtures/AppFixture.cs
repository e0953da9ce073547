using GourmetGram.Application.Common;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.ObjectStorage;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

[assembly: AssemblyFixture(typeof(SqliteApp))]
[assembly: AssemblyFixture(typeof(PostgreSqlApp))]

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// A running GourmetGram on a real port, with a database and a data directory of its own. Tests say what a user does
/// (<see cref="AppClient.UploadAsync"/>); they never reach into the server's services. One server per engine serves all tests, so every
/// test acts as callers of its own.
/// </summary>
public abstract class AppFixture : IAsyncLifetime
{
    public const string AdminKey = "an-administrators-key-for-the-tests-only";

    private readonly string directory = Directory.CreateTempSubdirectory("gourmetgram-test-").FullName;
    private Host? host;

    /// <summary>Null, or why this engine cannot be tested on this machine.</summary>
    public string? Missing { get; protected set; }

    public Uri Address { get; private set; } = null!;

    protected Dictionary<string, string?> Settings { get; } =
        new(StringComparer.Ordinal)
        {
            ["GourmetGram:BootstrapAdminKey"] = AdminKey,
            // How long a photo waits for its turn and for the object store has tests of its own; here a busy machine must not decide.
            ["Limits:QueueMilliseconds"] = "60000",
            ["Limits:StoreSeconds"] = "60",
            // Tests run jobs when they want them to.
            ["Jobs:Scheduled"] = "false",
        };

    /// <summary>Engine-specific settings, known before the first start.</summary>
    protected virtual ValueTask PrepareAsync() => ValueTask.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        Settings["GourmetGram:DataDirectory"] = directory;
        await PrepareAsync();
        if (Missing is not null)
            return;
        if (!Settings.ContainsKey("Database:Provider"))
            MigratedFile.PlaceIn(directory);
        await StartAsync();
    }

    protected virtual ValueTask CleanUpAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await StopAsync();
        await CleanUpAsync();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>Stops the server and starts it again on the same data.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>A program without key or cookie.</summary>
    public AppClient Anonymous() => new(NewClient(cookies: false));

    /// <summary>A program with the administrator's key.</summary>
    public AppClient Administrator() => AppClient.Administrator(NewClient(cookies: false));

    /// <summary>A browser that has opened the first page, and so has a visitor's cookie.</summary>
    public async Task<AppClient> VisitorAsync()
    {
        var client = NewClient(cookies: true);
        using var page = await client.GetAsync(new Uri("", UriKind.Relative));
        page.EnsureSuccessStatusCode();
        return new AppClient(client);
    }

    /// <summary>All objects of the store, each as <c>bucket/key</c>.</summary>
    public virtual Task<IReadOnlyList<string>> StoredObjectsAsync() =>
        Task.FromResult<IReadOnlyList<string>>([
            .. Directory.EnumerateFiles(Objects, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Objects, file)),
        ]);

    /// <summary>When an object was last written, and its bytes.</summary>
    /// <param name="name"><c>bucket/key</c>.</param>
    public virtual async Task<(DateTimeOffset WrittenAt, byte[] Bytes)> ReadObjectAsync(string name)
    {
        var file = Path.Combine(Objects, name);
        return (new DateTimeOffset(File.GetLastWriteTimeUtc(file)), await File.ReadAllBytesAsync(file));
    }

    private string Objects => Path.Combine(directory, "objects");

    private HttpClient NewClient(bool cookies) =>
        new(new ContractHandler(new HttpClientHandler { UseCookies = cookies, AllowAutoRedirect = false })) { BaseAddress = Address };

    private Task StartAsync()
    {
        host = new Host(Settings);
        host.UseKestrel(0);
        host.StartServer();
        Address = host.ClientOptions.BaseAddress;
        return Task.CompletedTask;
    }

    private async Task StopAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        host = null;
    }

    private sealed class Host(IReadOnlyDictionary<string, string?> settings) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            foreach (var (key, value) in settings)
                builder.UseSetting(key, value);
            builder.UseEnvironment("Production");
            builder.UseSetting("Logging:LogLevel:Default", "Warning");
        }
    }
}

/// <summary>SQLite and the file store: the embedded defaults.</summary>
public class SqliteApp : AppFixture;

/// <summary>PostgreSQL and a real S3 server.</summary>
public class PostgreSqlApp : AppFixture
{
    private ServiceProvider? store;

    private IObjectStore Store => store!.GetRequiredService<IObjectStore>();

    public override async Task<IReadOnlyList<string>> StoredObjectsAsync()
    {
        var names = new List<string>();
        foreach (
            var bucket in new[]
            {
                "production",
                "thumbnails",
                "labelstudio",
                "cleanproduction",
                "lowconfidence",
                "userfeedback",
                "userfeedback2",
            }
        )
        {
            await foreach (var found in Store.ListAsync(bucket, "", CancellationToken.None))
                names.Add($"{bucket}/{found.Key}");
        }

        return names;
    }

    public override async Task<(DateTimeOffset WrittenAt, byte[] Bytes)> ReadObjectAsync(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var address = new ObjectAddress(name[..slash], name[(slash + 1)..]);
        var bytes = await (await Store.OpenReadAsync(address, CancellationToken.None)).ReadAllAsync();
        return ((await Store.FindAsync(address, CancellationToken.None))!.WrittenAt, bytes);
    }

    protected override async ValueTask PrepareAsync()
    {
        if ((PostgresServer.Missing ?? S3Server.Missing) is { } missing)
        {
            Missing = missing;
            return;
        }

        Settings["Database:Provider"] = "PostgreSql";
        Settings["Database:ConnectionString"] = await MigratedDatabase.TakeAsync();
        var s3 = S3Server.NewStore();
        foreach (var (name, value) in s3)
            Settings[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        store = ObjectStores.Build(s3);
    }

    protected override ValueTask CleanUpAsync() => store?.DisposeAsync() ?? ValueTask.CompletedTask;
}
