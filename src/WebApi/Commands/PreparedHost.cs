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

    /// <summary>The lock decides: who gets the data directory works in this process; else the process that has it is asked.</summary>
    /// <param name="settings">Settings of the command line, as <c>--Section:Name=value</c>.</param>
    /// <param name="here">What the command needs, in this process.</param>
    /// <param name="there">The same, of the server that runs.</param>
    /// <param name="work">Returns the exit code.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<int> CallAsync<TPort>(
        string[] settings,
        Func<IServiceProvider, TPort> here,
        Func<ServerConnection, TPort> there,
        Func<TPort, CancellationToken, Task<int>> work,
        CancellationToken cancellationToken
    )
    {
        var builder = CommandLine.CreateBuilder(settings);
        try
        {
            var host = await StartAsync(builder, cancellationToken);
            try
            {
                return await work(here(host.Services), cancellationToken);
            }
            catch (NotFoundException e)
            {
                throw new CommandException(e.Message, e);
            }
            finally
            {
                await host.DisposeHostAsync();
            }
        }
        catch (DataDirectoryException e) when (e.IsInUse)
        {
            using var server = ServerConnection.Open(builder.Configuration, e);
            return await work(there(server), cancellationToken);
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
