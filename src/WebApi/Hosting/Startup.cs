using System.Data.Common;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Infrastructure.Scheduling;
using GourmetGram.WebApi.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// What has to be right before the first answer. What waiting cannot cure stops the start; a database server that does not answer yet is tried again in the background, and
/// until it is there <c>/health/ready</c> says so.
/// </summary>
internal sealed class Startup(
    Preparation preparation,
    JobScheduler jobs,
    FirstAdministrator firstAdministrator,
    IServer server,
    IOptions<GourmetGramOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<Startup> logger
) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private bool isDatabaseReady;
    private DateTimeOffset startedAt;

    /// <summary>Checks settings, data directory, model and database, in this order. Runs before the server listens.</summary>
    /// <exception cref="StartException">The classes of the model are not those of the stored predictions.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    /// <exception cref="DataDirectoryException">The data directory is in use or cannot be written.</exception>
    /// <exception cref="ModelException">The model is not what its manifest says.</exception>
    /// <exception cref="DatabaseException">The database is damaged, newer than the program, or refuses.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        preparation.Check();
        // From here on the data directory is this process's, and nobody has sent it anything yet.
        startedAt = time.GetUtcNow();
        try
        {
            await PrepareDatabaseAsync(cancellationToken);
        }
        catch (DatabaseUnavailableException e)
        {
            logger.LogWarning("The database does not answer; trying again every {Seconds} s: {Reason}", Retry.TotalSeconds, e.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStart = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);

        using var timer = new PeriodicTimer(Retry, time);
        while (!await TryFinishAsync(stoppingToken))
            await timer.WaitForNextTickAsync(stoppingToken);
        if (isDatabaseReady)
            await Task.WhenAll(preparation.TidyAsync(startedAt, stoppingToken), jobs.RunAsync(stoppingToken));
    }

    /// <summary>What is left to do once the database answers.</summary>
    /// <returns>False when it does not answer yet.</returns>
    private async Task<bool> TryFinishAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (!isDatabaseReady)
                await PrepareDatabaseAsync(stoppingToken);
            await LogFirstAdministratorLinkAsync();
            return true;
        }
        catch (Exception e) when (e is StartException or DatabaseException)
        {
            logger.LogCritical("{Reason}", e.Message);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
            return true;
        }
        catch (Exception e)
            when (e
                    is DatabaseUnavailableException
                        or StoreUnavailableException
                        or DbException
                        or InvalidOperationException { InnerException: DbException }
            )
        {
            // Said once at start; readiness keeps saying it.
            return false;
        }
    }

    private async Task PrepareDatabaseAsync(CancellationToken cancellationToken)
    {
        await preparation.PrepareDatabaseAsync(cancellationToken);
        isDatabaseReady = true;
    }

    private async Task LogFirstAdministratorLinkAsync()
    {
        if (await firstAdministrator.OpenAsync() is not { } path)
            return;
        var root = options.Value.PublicUrl is { Length: > 0 } publicUrl
            ? publicUrl.TrimEnd('/')
            : server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
        logger.LogWarning("There is no administrator yet. This link makes the first one, once: {Link}", root + path);
    }
}
