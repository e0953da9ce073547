using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Application.Common;

/// <summary>
/// Creates rows that the program needs and the database lacks. Every seed runs at each start, before any data is read, because reads never
/// create rows.
/// </summary>
public interface ISeed
{
    /// <summary>
    /// Creates the missing rows; writes nothing when none are missing. Nodes that start at the same time create each row once.
    /// </summary>
    /// <exception cref="ConflictException">Another node has been seeding for too long.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    Task SeedAsync(CancellationToken cancellationToken);
}

/// <summary>Runs the seeds of all modules.</summary>
public static class Seeds
{
    /// <summary>Runs every seed, all of them in one new scope.</summary>
    /// <exception cref="ConflictException">Another node has been seeding for too long.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    public static async Task SeedAsync(this IServiceScopeFactory scopes, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var seed in scope.ServiceProvider.GetServices<ISeed>())
            await seed.SeedAsync(cancellationToken);
    }
}
