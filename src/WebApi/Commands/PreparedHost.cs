using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.WebApi.Errors;
using GourmetGram.WebApi.Hosting;
using GourmetGram.WebApi.Security;

namespace GourmetGram.WebApi.Commands;

/// <summary>Runs the server's use cases in this process, on the server's data directory and database, without the server.</summary>
internal static class PreparedHost
{
    /// <summary>Locks the data directory, loads the model and prepares the database.</summary>
    /// <exception cref="DataDirectoryException">The data directory is in use or cannot be written.</exception>
    /// <exception cref="CommandException">The database does not answer.</exception>
    public static async Task<IHost> StartAsync(HostApplicationBuilder builder, CancellationToken cancellationToken, bool checkStore = true)
    {
        builder
            .Services.AddHttpContextAccessor()
            .AddScoped<ILinks, Links>()
            .AddSingleton<IAuditedCaller, AuditedCommandLine>()
            .AddAccounts();
        var host = builder.Build();
        try
        {
            var preparation = host.Services.GetRequiredService<Preparation>();
            preparation.Check();
            await preparation.PrepareDatabaseAsync(cancellationToken, checkStore);
            return host;
        }
        catch (DatabaseUnavailableException e)
        {
            await host.DisposeHostAsync();
            throw new CommandException($"The database does not respond: {e.Message}", e);
        }
        catch
        {
            await host.DisposeHostAsync();
            throw;
        }
    }

    /// <summary>Works in this process if it gets the lock of the data directory. Otherwise calls the server that holds the lock.</summary>
    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    /// <param name="here">Returns the port that the command uses, implemented in this process.</param>
    /// <param name="there">Returns the same port, implemented by calls to the running server.</param>
    /// <param name="work">Does the command's work with the port, and returns the exit code.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
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
            catch (Exception e)
                when (e is not OperationCanceledException and not CommandException
                    && ProblemDetailsExceptionHandler.Describe(e) is { Status: < StatusCodes.Status500InternalServerError } problem
                )
            {
                throw new CommandException(problem.Detail!, e);
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
