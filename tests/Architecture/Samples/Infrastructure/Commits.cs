using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Tests.Architecture.Samples.Infrastructure;

/// <summary>A helper that commits on its own.</summary>
public sealed class SavesInMethod(DbContext context)
{
    public Task<int> SaveAsync() => context.SaveChangesAsync();
}

/// <summary>The call stands in what the compiler makes of the lambda.</summary>
public sealed class SavesInAsyncLambda
{
    public static Func<DbContext, Task<int>> Save =>
        async context =>
        {
            await Task.Yield();
            return await context.SaveChangesAsync();
        };
}

/// <summary>Each of these statements is a transaction of its own.</summary>
public sealed class ChangesRowsDirectly
{
    public static int Clear(IQueryable<Row> rows) => rows.ExecuteDelete();

    public sealed class Row;
}

/// <summary>Only reads.</summary>
public sealed class Reads
{
    public static Task<List<ChangesRowsDirectly.Row>> ListAsync(IQueryable<ChangesRowsDirectly.Row> rows) => rows.ToListAsync();
}
