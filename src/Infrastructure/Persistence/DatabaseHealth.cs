using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Checks whether rows can be read and written now.</summary>
public sealed class DatabaseHealth
{
    private readonly IServiceScopeFactory scopes;
    private readonly DatabaseLocation location;

    internal DatabaseHealth(IServiceScopeFactory scopes, DatabaseLocation location)
    {
        this.scopes = scopes;
        this.location = location;
    }

    /// <summary>
    /// Returns null when the database is reachable, migrated and writable; otherwise what is wrong, in one sentence without secrets.
    /// </summary>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var database = scope.ServiceProvider.GetRequiredService<GourmetGramDbContext>().Database;
            if ((await database.GetPendingMigrationsAsync(cancellationToken)).FirstOrDefault() is { } missing)
                return $"The database {location.Name} is not migrated: {missing} is missing.";
            // Changes no row, but fails on a standby, on a read-only file or without the necessary right.
            const string Nothing = """UPDATE "__EFMigrationsHistory" SET "ProductVersion" = "ProductVersion" WHERE FALSE""";
            await database.ExecuteSqlRawAsync(Nothing, cancellationToken);
            return null;
        }
        catch (Exception e) when (DatabaseFaults.CauseOf(e) is { } cause)
        {
            return $"The database {location.Name} cannot be used: {DatabaseFaults.Describe(cause)}.";
        }
    }
}
