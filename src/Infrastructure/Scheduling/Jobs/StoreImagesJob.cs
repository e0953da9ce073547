using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Infrastructure.Scheduling.Jobs;

internal sealed class StoreImagesJob(IMediator mediator) : IScheduledJob
{
    public string Name => "store-images";

    public string Title => "Store images";

    public string Description => "Moves waiting photos to the object store and writes tags";

    public string Cron => "0/30 * * * * ?";

    public async Task<IReadOnlyDictionary<string, long>> RunAsync(IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        var done = await mediator.Send(new StoreImages.Command(progress), cancellationToken);
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["stored"] = done.Stored,
            ["tagged"] = done.Tagged,
            ["lost"] = done.Lost,
            ["setAside"] = done.SetAside,
        };
    }
}
