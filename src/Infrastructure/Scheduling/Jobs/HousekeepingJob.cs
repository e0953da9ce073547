using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Infrastructure.Scheduling.Jobs;

internal sealed class HousekeepingJob(IMediator mediator) : IScheduledJob
{
    public string Name => "housekeeping";

    public string Title => "Housekeeping";

    public string Description => "Removes what expired and finishes what was interrupted";

    public string Cron => "0 0/5 * * * ?";

    public async Task<IReadOnlyDictionary<string, long>> RunAsync(IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        var done = await mediator.Send(new KeepHouse.Command(), cancellationToken);
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["erasures"] = done.Erasures,
            ["keys"] = done.Keys,
            ["runs"] = done.Runs,
        };
    }
}
