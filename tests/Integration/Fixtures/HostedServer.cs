using System.Collections.Concurrent;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// GourmetGram on a real port in the test's process, where its code has been compiled for earlier tests: a process of its own needs five
/// seconds of processor time for that. What only a process shows (signals, the environment, the metrics of one server) needs a
/// <see cref="ServerProcess"/>.
/// </summary>
internal sealed class HostedServer : WebApplicationFactory<Program>, IServer
{
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly TimeProvider clock;
    private readonly KeptLog log = new();

    /// <param name="settings">As environment variables are named, e.g. <c>GourmetGram__DataDirectory</c>.</param>
    /// <param name="clock">What the server takes for the time; null for the time.</param>
    public HostedServer(IReadOnlyDictionary<string, string> settings, TimeProvider? clock = null)
    {
        this.settings = settings;
        this.clock = clock ?? TimeProvider.System;
        if (settings.GetValueOrDefault("Database__Provider", "Sqlite") == "Sqlite")
            MigratedFile.PlaceIn(settings["GourmetGram__DataDirectory"]);
        UseKestrel(0);
        StartServer();
    }

    public Uri Address => ClientOptions.BaseAddress;

    public string Output => log.ToString();

    public Task<Uri> ListeningAsync() => Task.FromResult(Address);

    public async Task<string> LineAsync(string part)
    {
        string? line = null;
        await Waiting.UntilAsync(() => Task.FromResult((line = log.Find(part)) is not null));
        return line!;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        foreach (var (name, value) in settings)
            builder.UseSetting(name.Replace("__", ":", StringComparison.Ordinal), value);
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(log));
        builder.ConfigureTestServices(services => services.AddSingleton(clock));
    }

    /// <summary>Keeps the lines of the log as the console would show them.</summary>
    private sealed class KeptLog : ILoggerProvider
    {
        private readonly ConcurrentQueue<string> lines = new();

        public override string ToString() => string.Join('\n', lines);

        public string? Find(string part) => lines.FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal));

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, lines);

        public void Dispose()
        {
            // Lines may be read after the end.
        }

        private sealed class Logger(string category, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

            public void Log<TState>(
                LogLevel logLevel,
                EventId eventId,
                TState state,
                Exception? exception,
                Func<TState, Exception?, string> formatter
            ) => lines.Enqueue($"{logLevel}: {category}[{eventId.Id}] {formatter(state, exception)} {exception}");
        }
    }
}
