using System.Data.Common;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Infrastructure.Scheduling;
using GourmetGram.WebApi.Access;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Prepares the server before its first response. Faults that waiting cannot fix stop the start. A database server or an object store that
/// does not answer yet is tried again in the background. Until it answers, <c>/health/ready</c> reports the problem.
/// </summary>
internal sealed class Startup(
    Preparation preparation,
    JobScheduler jobs,
    ServingWatch serving,
    AccountLinks links,
    IServer server,
    IOptions<GourmetGramOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    Outages outages,
    ILogger<Startup> logger
) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestTidying = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isDatabaseReady;
    private DateTimeOffset startedAt;

    /// <summary>
    /// Gets why the server had to stop after its start: the database or the object store answered late, with a fault that waiting cannot
    /// fix. Null when nothing stopped the server.
    /// </summary>
    public string? Fault { get; private set; }

    /// <summary>
    /// Checks the settings, data directory, model and database, in this order. Call this method before the server listens.
    /// </summary>
    /// <exception cref="StartException">
    /// The model's classes differ from those of the stored predictions, or the object store belongs to another installation.
    /// </exception>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    /// <exception cref="DataDirectoryException">The data directory is in use or cannot be written.</exception>
    /// <exception cref="ModelException">The model does not match its manifest.</exception>
    /// <exception cref="DatabaseException">The database is damaged, is newer than the program, or refuses access.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        preparation.Check();
        // From here on this process holds the data directory, and no client has sent anything yet.
        startedAt = time.GetUtcNow();
        try
        {
            await PrepareDatabaseAsync(cancellationToken);
        }
        catch (DatabaseUnavailableException e)
        {
            if (!outages.Explains(e))
                logger.LogWarning(
                    "The database cannot be prepared yet; trying again every {Seconds} s: {Reason}",
                    Retry.TotalSeconds,
                    e.Message
                );
        }
    }

    /// <summary>
    /// Starts the remaining work in the background. Call this method once the server listens and the framework has logged that.
    /// </summary>
    public void Finish() => listening.TrySetResult();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await listening.Task.WaitAsync(stoppingToken);
        try
        {
            await FinishAsync(stoppingToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Fault = e.Message;
            lifetime.StopApplication();
        }
    }

    private async Task FinishAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Retry, time);
        while (!isDatabaseReady && !await TryAsync(() => PrepareDatabaseAsync(stoppingToken)))
            await timer.WaitForNextTickAsync(stoppingToken);
        var tidying = TidyAsync(stoppingToken);
        var running = jobs.RunAsync(stoppingToken);
        var following = serving.RunAsync(stoppingToken);
        // Tidying and jobs log first, so that the administrator link is the last log line, where people look.
        if (await Task.WhenAny(tidying, Task.Delay(LongestTidying, time, stoppingToken)) == tidying)
            await tidying;
        while (!await TryAsync(LogFirstAdministratorLinkAsync))
            await timer.WaitForNextTickAsync(stoppingToken);
        await Task.WhenAll(tidying, running, following);
    }

    /// <summary>Waits until the object store is known to belong to the database, and then tidies up.</summary>
    private async Task TidyAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Retry, time);
        while (!await preparation.TryConfirmStoreAsync(stoppingToken))
            await timer.WaitForNextTickAsync(stoppingToken);
        await preparation.TidyAsync(startedAt, stoppingToken);
    }

    /// <returns>
    /// False when the database does not answer yet. The failure is not logged again, because the start logged it once and readiness keeps
    /// reporting it.
    /// </returns>
    private static async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
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
        if (await links.OpenFirstAsync() is not { } path)
            return;
        var root = options.Value.PublicUrl is { Length: > 0 } publicUrl
            ? publicUrl.TrimEnd('/')
            : server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
        logger.LogWarning("There is no administrator yet. Open this link once to create the first one: {Link}", root + path);
    }
}
