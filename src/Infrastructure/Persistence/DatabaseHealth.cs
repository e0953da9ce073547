using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Tells whether rows can be read and written now.</summary>
public sealed class DatabaseHealth
{
    private readonly IServiceScopeFactory scopes;
    private readonly DatabaseLocation location;

    internal DatabaseHealth(IServiceScopeFactory scopes, DatabaseLocation location)
    {
        this.scopes = scopes;
        this.location = location;
    }

    /// <summary>Null when the database is reachable, migrated and writable; else what is wrong, in one sentence without secrets.</summary>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var database = scope.ServiceProvider.GetRequiredService<GourmetGramDbContext>().Database;
            if ((await database.GetPendingMigrationsAsync(cancellationToken)).FirstOrDefault() is { } missing)
                return $"The database {location.Name} is not migrated: {missing} is missing.";
            // Changes no row, and yet is refused by a standby, a read-only file or a missing right.
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
