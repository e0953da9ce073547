using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.Persistence;

public sealed class SqliteExclusiveWorkTests() : ExclusiveWorkTests(DatabaseProvider.Sqlite);

public sealed class PostgreSqlExclusiveWorkTests() : ExclusiveWorkTests(DatabaseProvider.PostgreSql)
{
    [Fact]
    public async Task A_turn_whose_holder_is_gone_ends_by_itself()
    {
        await Host.MigrateAsync();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var other = AddHost(more: services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        await Host.ExecuteAsync(
            $"""INSERT INTO "Turns" ("Name", "Holder", "Until", "Revision") VALUES ('work', '0199b0c6-0000-7000-8000-000000000001', {clock.GetUtcNow().AddSeconds(20).ToUnixTimeMilliseconds()}, 1)"""
        );
        var waiting = WorkOf(other).RunAsync("work", TimeSpan.FromMinutes(1), _ => Task.FromResult(7), Cancel);
        Assert.False(waiting.IsCompleted);
        await Fixtures.Waiting.UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(waiting.IsCompleted);
        });
        Assert.Equal(7, await waiting);
    }
}

/// <summary>Turns that only one has at a time.</summary>
public abstract class ExclusiveWorkTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_many_who_want_a_turn_at_once_each_gets_it_alone()
    {
        await Host.MigrateAsync();
        var (inside, most, done) = (0, 0, 0);
        await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(_ =>
                    Task.Run(
                        () =>
                            WorkOf(Host)
                                .RunAsync(
                                    "work",
                                    TimeSpan.FromMinutes(1),
                                    async token =>
                                    {
                                        most = Math.Max(most, Interlocked.Increment(ref inside));
                                        await Host.ValuesAsync<int>("SELECT 1 AS \"Value\"");
                                        Interlocked.Decrement(ref inside);
                                        return ++done;
                                    },
                                    Cancel
                                ),
                        Cancel
                    )
                )
        );
        Assert.Equal((1, 6), (most, done));
    }

    [Fact]
    public async Task Who_has_no_patience_is_told_and_another_name_is_another_turn()
    {
        await Host.MigrateAsync();
        await WorkOf(Host)
            .RunAsync(
                "work",
                TimeSpan.Zero,
                async _ =>
                {
                    await Assert.ThrowsAsync<ConflictException>(() =>
                        WorkOf(Host).RunAsync("work", TimeSpan.Zero, _ => Task.FromResult(0), Cancel)
                    );
                    return await WorkOf(Host).RunAsync("other work", TimeSpan.Zero, _ => Task.FromResult(0), Cancel);
                },
                Cancel
            );
        Assert.Equal(1, await WorkOf(Host).RunAsync("work", TimeSpan.Zero, _ => Task.FromResult(1), Cancel));
    }

    [Fact]
    public async Task Work_that_fails_gives_its_turn_back()
    {
        await Host.MigrateAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            WorkOf(Host).RunAsync<int>("work", TimeSpan.Zero, _ => throw new InvalidOperationException("It failed."), Cancel)
        );
        Assert.Equal(1, await WorkOf(Host).RunAsync("work", TimeSpan.Zero, _ => Task.FromResult(1), Cancel));
    }

    private protected static IExclusiveWork WorkOf(PersistenceHost host) => host.Services.GetRequiredService<IExclusiveWork>();
}
