using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.WebApi.Commands;

/// <summary>The server's own use cases, on its own data directory and database, without the server.</summary>
internal static class PreparedHost
{
    /// <summary>Takes the data directory, loads the model, prepares the database.</summary>
    /// <exception cref="DataDirectoryException">The data directory is in use or cannot be written.</exception>
    /// <exception cref="CommandException">The database does not answer.</exception>
    public static async Task<IHost> StartAsync(HostApplicationBuilder builder, CancellationToken cancellationToken)
    {
        builder.Services.AddHttpContextAccessor().AddScoped<ILinks, Links>();
        var host = builder.Build();
        try
        {
            var preparation = host.Services.GetRequiredService<Preparation>();
            preparation.Check();
            await preparation.PrepareDatabaseAsync(cancellationToken);
            return host;
        }
        catch (DatabaseUnavailableException e)
        {
            await host.DisposeHostAsync();
            throw new CommandException($"The database does not answer: {e.Message}", e);
        }
        catch
        {
            await host.DisposeHostAsync();
            throw;
        }
    }

    public static async ValueTask DisposeHostAsync(this IHost host)
    {
        if (host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            host.Dispose();
    }
}
