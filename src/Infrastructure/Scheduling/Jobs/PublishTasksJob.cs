using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Scheduling.Jobs;

/// <param name="mediator">Does the work.</param>
/// <param name="services">Knows <see cref="IJobs"/>, which is made of all jobs and so is not there yet when they are made.</param>
internal sealed class PublishTasksJob(IMediator mediator, IServiceProvider services) : IScheduledJob
{
    public string Name => "publish-tasks";

    public string Title => "Publish tasks";

    public string Description => "Gives tasks to Label Studio and takes them back";

    public string Cron => "0 * * * * ?";

    public async Task<IReadOnlyDictionary<string, long>> RunAsync(IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        var done = await mediator.Send(new PublishTasks.Command(progress), cancellationToken);
        // Annotators need not wait for the hour.
        if (done.Published > 0)
            await services.GetRequiredService<IJobs>().RunSoonAsync("sync-label-studio", Name, cancellationToken);
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["published"] = done.Published,
            ["retired"] = done.Retired,
            ["recalled"] = done.Recalled,
        };
    }
}
