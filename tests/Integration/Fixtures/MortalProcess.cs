using System.Data.Common;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>Thrown where a process is killed, and from then on by all that it still tries to do.</summary>
internal sealed class ProcessKilledException : Exception;

/// <summary>
/// Kills a process, as far as the world can see, between two of its steps: before or after a commit, or before or after a change of the
/// object store, the spool or the annotation platform. A dead process reads and writes nothing more, whatever its code does when exceptions
/// pass.
/// </summary>
internal sealed class MortalProcess
{
    private int passed;
    private int killAt = int.MaxValue;

    /// <summary>Places passed since it was armed.</summary>
    public int Passed => passed;

    public bool IsDead { get; private set; }

    /// <summary>Dies at the place of this number, counted from 1.</summary>
    public void KillAt(int place) => (killAt, passed) = (place, 0);

    /// <summary>A place at which the process may be killed.</summary>
    public void Pass()
    {
        Live();
        if (Interlocked.Increment(ref passed) < killAt)
            return;
        IsDead = true;
        throw new ProcessKilledException();
    }

    /// <summary>Refuses what a dead process tries to do.</summary>
    public void Live()
    {
        if (IsDead)
            throw new ProcessKilledException();
    }

    /// <summary>Does something to the world: the process may be killed before and after.</summary>
    public async Task<TResult> DoAsync<TResult>(Func<Task<TResult>> work)
    {
        Pass();
        var result = await work();
        Pass();
        return result;
    }

    /// <summary>Does something to the world: the process may be killed before and after.</summary>
    public Task DoAsync(Func<Task> work) =>
        DoAsync(async () =>
        {
            await work();
            return true;
        });
}

internal static class Mortality
{
    /// <summary>Lets a process be killed.</summary>
    public static void AddMortality(this IServiceCollection services, MortalProcess process)
    {
        services.AddSingleton(process);
        services.Decorate<IObjectStore>(store => new MortalStore(store, process));
        services.AddScoped<IPhotoSpool>(provider => new MortalSpool(
            provider.GetRequiredService<DatabaseLocation>().Provider == DatabaseProvider.PostgreSql
                ? provider.GetRequiredService<Infrastructure.Spool.TableSpool>()
                : provider.GetRequiredService<Infrastructure.Spool.FolderSpool>(),
            process
        ));
        services.ConfigureDbContext<SqliteDbContext>(options =>
            options.AddInterceptors(new MortalCommits(process), new MortalCommands(process))
        );
        services.ConfigureDbContext<PostgreSqlDbContext>(options =>
            options.AddInterceptors(new MortalCommits(process), new MortalCommands(process))
        );
    }

    private sealed class MortalCommits(MortalProcess process) : SaveChangesInterceptor
    {
        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            if (eventData.Context!.ChangeTracker.HasChanges())
                process.Pass();
            return ValueTask.FromResult(result);
        }

        public override ValueTask<int> SavedChangesAsync(
            SaveChangesCompletedEventData eventData,
            int result,
            CancellationToken cancellationToken = default
        )
        {
            if (result > 0)
                process.Pass();
            return ValueTask.FromResult(result);
        }
    }

    private sealed class MortalCommands(MortalProcess process) : DbCommandInterceptor
    {
        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default
        )
        {
            process.Live();
            return ValueTask.FromResult(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            process.Live();
            return ValueTask.FromResult(result);
        }

        /// <summary>What changes rows without loading them is a commit of its own.</summary>
        public override ValueTask<int> NonQueryExecutedAsync(
            DbCommand command,
            CommandExecutedEventData eventData,
            int result,
            CancellationToken cancellationToken = default
        )
        {
            if (eventData.CommandSource is CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete && result > 0)
                process.Pass();
            return ValueTask.FromResult(result);
        }
    }

    private sealed class MortalStore(IObjectStore store, MortalProcess process) : ForwardingStore(store)
    {
        public override Task PutAsync(
            ObjectAddress address,
            ReadOnlyMemory<byte> content,
            string mediaType,
            CancellationToken cancellationToken
        ) => process.DoAsync(() => base.PutAsync(address, content, mediaType, cancellationToken));

        public override Task PutAsync(ObjectAddress address, Stream content, string mediaType, CancellationToken cancellationToken) =>
            process.DoAsync(() => base.PutAsync(address, content, mediaType, cancellationToken));

        public override Task<bool> TryPutAsync(
            ObjectAddress address,
            ReadOnlyMemory<byte> content,
            string mediaType,
            CancellationToken cancellationToken
        ) => process.DoAsync(() => base.TryPutAsync(address, content, mediaType, cancellationToken));

        public override Task CopyAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken) =>
            process.DoAsync(() => base.CopyAsync(source, target, cancellationToken));

        /// <summary>As stores do it, so that the process may be killed in between.</summary>
        public override async Task MoveAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken)
        {
            await CopyAsync(source, target, cancellationToken);
            await DeleteAsync(source, cancellationToken);
        }

        public override Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken) =>
            process.DoAsync(() => base.DeleteAsync(address, cancellationToken));

        public override Task WriteTagsAsync(
            ObjectAddress address,
            IReadOnlyDictionary<string, string> tags,
            CancellationToken cancellationToken
        ) => process.DoAsync(() => base.WriteTagsAsync(address, tags, cancellationToken));
    }

    private sealed class MortalSpool(IPhotoSpool spool, MortalProcess process) : IPhotoSpool
    {
        public Task AddAsync(Prediction prediction, byte[] photo, CancellationToken cancellationToken) =>
            process.DoAsync(() => spool.AddAsync(prediction, photo, cancellationToken));

        public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken) =>
            spool.OpenReadAsync(name, cancellationToken);

        public Task RemoveAsync(string name, CancellationToken cancellationToken) =>
            process.DoAsync(() => spool.RemoveAsync(name, cancellationToken));

        public Task SetAsideAsync(string name, string reason, CancellationToken cancellationToken) =>
            process.DoAsync(() => spool.SetAsideAsync(name, reason, cancellationToken));

        public IAsyncEnumerable<SpooledPhoto> ListAsync(CancellationToken cancellationToken) => spool.ListAsync(cancellationToken);

        public Task<SpoolState> MeasureAsync(CancellationToken cancellationToken) => spool.MeasureAsync(cancellationToken);
    }
}
