using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Makes this node follow the history of service: promotions on other nodes, and models that failed their first photos here. Does the same
/// for the model in shadow.
/// </summary>
internal sealed class ServingWatch(IServiceScopeFactory scopes, Outages outages, TimeProvider time, ILogger<ServingWatch> logger)
{
    /// <summary>Time between two looks; other nodes must follow within 5 seconds.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Follows until cancelled.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<IServingFollower>().FollowAsync(stoppingToken);
                await scope.ServiceProvider.GetRequiredService<IShadowFollower>().FollowAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                if (!outages.Explains(e))
                    logger.LogError(e, "The models that answer could not be followed; trying again");
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
