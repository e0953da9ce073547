using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>
/// Plays Label Studio on a real port, as a real one was recorded (<c>Transcripts</c>): state in memory, objects on the real S3 server that
/// a storage names. <c>ConformanceTests</c> replays the recordings against it. What goes wrong on purpose is in the part
/// <c>LabelStudioDouble.Faults.cs</c>, what a test may look at in <c>LabelStudioDouble.State.cs</c>.
/// </summary>
internal sealed partial class LabelStudioDouble : ILabelStudioServer
{
    public const string Version116 = "1.16.0";
    public const string Version123 = "1.23.2";

    private const string AdminEmail = "admin@example.com";

    private readonly TimeProvider time;
    private readonly Router router = new();
    private readonly S3Access objects;
    private WebApplication? app;

    private LabelStudioDouble(LabelStudioMode mode, LabelStudioSettings settings, TimeProvider time)
    {
        (Mode, Settings, this.time) = (mode, settings, time);
        objects = new S3Access(this);
        Tokens = new Tokens(this);
        Webhooks = new Webhooks(this);
        Targets = new TargetStorages(this, objects);
        Annotations = new Annotations(this);
        Images = new Images(this, objects);
        Tokens.Map(router);
        new People(this).Map(router);
        Projects.Map(router, this);
        new SourceStorages(this, objects).Map(router);
        Targets.Map(router);
        new Tasks(this).Map(router);
        new Imports(this).Map(router);
        Annotations.Map(router);
        Images.Map(router);
        Webhooks.Map(router);
        Data = NewDatabase(legacyToken: null, secret: null);
        ApiKey = NewApiKey();
        Admin = new HttpClient(new AdminHandler(this));
    }

    public LabelStudioMode Mode { get; }

    public LabelStudioSettings Settings { get; }

    /// <summary>Where it listens, also after it was stopped and started again.</summary>
    public Uri Address { get; private set; } = null!;

    public string ApiKey { get; private set; }

    public HttpClient Admin { get; }

    /// <summary>For people, who bring their sessions themselves.</summary>
    internal HttpClient Browsers { get; } = new(new WithLength());

    internal bool Is116 => Mode == LabelStudioMode.Legacy116;

    internal string Version => Is116 ? Version116 : Version123;

    internal Database Data { get; private set; }

    internal Tokens Tokens { get; }

    internal Webhooks Webhooks { get; }

    internal TargetStorages Targets { get; }

    internal Annotations Annotations { get; }

    internal Images Images { get; }

    internal DateTimeOffset UtcNow => time.GetUtcNow();

    /// <summary>Starts an empty Label Studio with an administrator.</summary>
    /// <param name="mode">Version and kind of token.</param>
    /// <param name="more">Other settings than the defaults.</param>
    /// <param name="time">The clock of tokens, timestamps and pings; the system's when there is none.</param>
    public static async Task<LabelStudioDouble> StartAsync(
        LabelStudioMode mode,
        Action<LabelStudioSettings>? more = null,
        TimeProvider? time = null
    )
    {
        var settings = new LabelStudioSettings();
        more?.Invoke(settings);
        var server = new LabelStudioDouble(mode, settings, time ?? TimeProvider.System);
        server.Address = new Uri($"http://127.0.0.1:{FreePorts.Take()}");
        await server.StartAgainAsync();
        server.Admin.BaseAddress = server.Address;
        return server;
    }

    /// <summary>Stops answering: connections are cut, new ones are refused. What it knows stays.</summary>
    public async Task StopAsync()
    {
        if (app is null)
            return;
        await using var stopped = app;
        app = null;
        // A token that has expired: nobody is waited for.
        await stopped.StopAsync(new CancellationToken(canceled: true));
    }

    /// <summary>Listens again on the same port, with what it knew.</summary>
    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, Address.Port, DevelopmentServer.Use));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        var starting = builder.Build();
        starting.Run(AnswerAsync);
        try
        {
            await starting.StartAsync();
        }
        catch (IOException)
        {
            await starting.DisposeAsync();
            throw;
        }

        app = starting;
    }

    public LabelStudioPerson NewPerson(string firstName, string lastName, string email)
    {
        lock (Data.Gate)
        {
            var user = Data.AddUser(firstName, lastName, email);
            return new LabelStudioPerson(Address, Browsers, email, () => Task.FromResult(user.Session));
        }
    }

    public async ValueTask DisposeAsync()
    {
        ReleaseRequests();
        ReleaseSyncs();
        await StopAsync();
        Admin.Dispose();
        Browsers.Dispose();
        Webhooks.Dispose();
        await objects.DisposeAsync();
    }

    private Database NewDatabase(string? legacyToken, byte[]? secret)
    {
        var database = secret is null ? new Database(time) : new Database(time) { Secret = secret };
        database.LegacyTokensEnabled = Mode != LabelStudioMode.AccessTokens123;
        database.AddUser("", "", AdminEmail, legacyToken);
        return database;
    }

    private string NewApiKey() =>
        Mode == LabelStudioMode.AccessTokens123 ? Tokens.NewAccessKey(Data.Users[0]).Token : Data.Users[0].LegacyToken;

    /// <summary>Puts the token that works now on each request, so that a test never has to renew it.</summary>
    private sealed class AdminHandler(LabelStudioDouble server) : DelegatingHandler(new WithLength())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization ??= server.Tokens.HeaderOf(server.Data.Users[0]);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
