using GourmetGram.Application.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>The lease on a piece of exclusive work, as a row. The lease expires when its holder stops renewing it.</summary>
internal sealed class Turn
{
    public required string Name { get; init; }

    /// <summary>The current holder; null when there is none.</summary>
    public Guid? Holder { get; set; }

    /// <summary>When the lease expires unless it is renewed, UTC.</summary>
    public required DateTimeOffset Until { get; set; }

    /// <summary>Incremented with each change, so that when two holders take the lease at the same time, the second fails.</summary>
    public int Revision { get; set; }
}

internal sealed class TurnConfiguration : IEntityTypeConfiguration<Turn>
{
    public void Configure(EntityTypeBuilder<Turn> builder)
    {
        builder.ToTable("Turns");
        builder.HasKey(turn => turn.Name);
        builder.Property(turn => turn.Revision).IsConcurrencyToken();
    }
}

/// <summary>Stores the leases in the database, so that all nodes see them.</summary>
internal sealed class ExclusiveWork(IServiceScopeFactory scopes, TimeProvider time, Outages outages, ILogger<ExclusiveWork> logger)
    : IExclusiveWork
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(250);

    public async Task<TResult> RunAsync<TResult>(
        string name,
        TimeSpan patience,
        Func<CancellationToken, Task<TResult>> work,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(work);
        var holder = Guid.CreateVersion7(time.GetUtcNow());
        await TakeAsync(name, holder, patience, cancellationToken);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var over = new CancellationTokenSource();
        var life = KeepAsync(name, holder, lost, over.Token);
        try
        {
            return await work(lost.Token);
        }
        catch (OperationCanceledException e) when (lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException(
                $"This node lost the lease of '{name}', because it could not reach the database for {Lease.TotalSeconds:0} s. Completed "
                    + "work is saved.",
                e
            );
        }
        finally
        {
            await over.CancelAsync();
            await life;
            await GiveBackAsync(name, holder);
        }
    }

    private async Task TakeAsync(string name, Guid holder, TimeSpan patience, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        using var clock = new PeriodicTimer(BetweenTries, time);
        while (!await TryChangeAsync(name, turn => turn.Holder is null || turn.Until < time.GetUtcNow(), holder, time.GetUtcNow() + Lease))
        {
            if (time.GetElapsedTime(begin) > patience)
                throw new ConflictException($"'{name}' is already running. Try again in a few minutes.");
            await clock.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task KeepAsync(string name, Guid holder, CancellationTokenSource lost, CancellationToken over)
    {
        using var clock = new PeriodicTimer(SignOfLife, time);
        var until = time.GetUtcNow() + Lease;
        try
        {
            while (await clock.WaitForNextTickAsync(over))
            {
                try
                {
                    if (!await TryChangeAsync(name, turn => turn.Holder == holder, holder, time.GetUtcNow() + Lease))
                        await lost.CancelAsync();
                    else
                        until = time.GetUtcNow() + Lease;
                }
                catch (StoreUnavailableException e)
                {
                    logger.Log(LevelOf(e), "The lease of {Name} could not be renewed: {Reason}", name, e.Message);
                    // The lease has expired, so another node may have taken it.
                    if (time.GetUtcNow() > until)
                        await lost.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The work has ended.
        }
    }

    private async Task GiveBackAsync(string name, Guid holder)
    {
        try
        {
            await TryChangeAsync(name, turn => turn.Holder == holder, holder: null, time.GetUtcNow());
        }
        catch (StoreUnavailableException e)
        {
            logger.Log(LevelOf(e), "The lease of {Name} could not be released and will expire: {Reason}", name, e.Message);
        }
    }

    private LogLevel LevelOf(Exception e) => outages.Explains(e) ? LogLevel.Debug : LogLevel.Warning;

    private async Task<bool> TryChangeAsync(string name, Func<Turn, bool> may, Guid? holder, DateTimeOffset until)
    {
        try
        {
            return await scopes.InDatabaseAsync(async context =>
            {
                var turn = await context.Set<Turn>().FirstOrDefaultAsync(found => found.Name == name);
                if (turn is null)
                    context.Add(turn = new Turn { Name = name, Until = DateTimeOffset.UnixEpoch });
                if (!may(turn))
                    return false;
                (turn.Holder, turn.Until, turn.Revision) = (holder, until, turn.Revision + 1);
                await context.SaveChangesAsync();
                return true;
            });
        }
        catch (ConcurrentChangeException)
        {
            return false;
        }
    }
}
