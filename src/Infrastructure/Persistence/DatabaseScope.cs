using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>The database, for what lives longer than a scope.</summary>
internal static class DatabaseScope
{
    /// <summary>Runs one piece of work in a scope of its own, with errors in the words of use cases: see <see cref="DatabaseGuard.GuardAsync"/>.</summary>
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
