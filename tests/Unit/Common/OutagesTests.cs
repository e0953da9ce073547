using GourmetGram.Application.Common;
using GourmetGram.Tests.Unit.Onnx;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Unit.Common;

public sealed class OutagesTests
{
    private readonly FakeTimeProvider time = new();
    private readonly ListLogger log = new();
    private readonly Outages outages;

    public OutagesTests() => outages = new Outages(time, new Logger(log));

    private IEnumerable<string> Lines => log.Entries.Select(entry => entry.Message);

    [Fact]
    public void An_outage_is_one_line_when_it_begins_and_one_when_it_is_over()
    {
        outages.Answered(Dependency.Database, wrote: true);
        for (var i = 0; i < 1465; i++)
            outages.Failed(Dependency.Database, "Connection refused");
        time.Advance(TimeSpan.FromSeconds(60));
        for (var i = 0; i < 10; i++)
            outages.Answered(Dependency.Database, wrote: false);
        Assert.Equal(
            [
                "The database is unavailable: Connection refused. Until it is available again, its failures are counted and not logged",
                "The database is available again after 60 s; 1465 attempts failed meanwhile",
            ],
            Lines
        );
    }

    [Fact]
    public void Of_two_servers_behind_one_address_one_that_is_away_does_not_flood_the_log()
    {
        for (var i = 0; i < 100; i++)
        {
            outages.Failed(Dependency.ObjectStore, "Bad gateway");
            time.Advance(TimeSpan.FromSeconds(1));
            outages.Answered(Dependency.ObjectStore, wrote: true);
        }

        Assert.Single(Lines);
    }

    [Fact]
    public void A_full_disk_is_over_when_something_was_written()
    {
        outages.Failed(Dependency.ObjectStore, "No room", writingOnly: true);
        time.Advance(TimeSpan.FromMinutes(1));
        outages.Answered(Dependency.ObjectStore, wrote: false);
        Assert.Single(Lines);
        outages.Answered(Dependency.ObjectStore, wrote: true);
        Assert.Equal(2, Lines.Count());
    }

    [Fact]
    public void What_an_outage_explains_is_what_fails_because_of_it_and_only_meanwhile()
    {
        var store = new StoreUnavailableException("The database does not answer now.");
        var platform = new InvalidOperationException("outside", new PlatformUnavailableException("inside"));
        Assert.False(outages.Explains(store));
        outages.Failed(Dependency.Database, "x");
        Assert.True(outages.Explains(store));
        Assert.False(outages.Explains(platform));
        Assert.False(outages.Explains(new InvalidOperationException("a mistake of ours")));
        outages.Failed(Dependency.LabelStudio, "x");
        Assert.True(outages.Explains(platform));
        time.Advance(TimeSpan.FromMinutes(1));
        outages.Answered(Dependency.Database, wrote: true);
        Assert.False(outages.Explains(store));
    }

    private sealed class Logger(ListLogger list) : ILogger<Outages>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => list.Log(logLevel, eventId, state, exception, formatter);
    }
}
