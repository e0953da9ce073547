using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Gives objects that outlive a scope access to the database.</summary>
internal static class DatabaseScope
{
    /// <summary>
    /// Runs one piece of work in its own scope and translates database errors: see <see cref="DatabaseGuard.GuardAsync"/>.
    /// </summary>
    public static async Task<TResult> InDatabaseAsync<TResult>(
        this IServiceScopeFactory scopes,
        Func<GourmetGramDbContext, Task<TResult>> work
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<GourmetGramDbContext>();
        return await context.GuardAsync(() => work(context));
    }
}
