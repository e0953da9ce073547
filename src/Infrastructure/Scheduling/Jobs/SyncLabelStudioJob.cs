using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Infrastructure.Scheduling.Jobs;

internal sealed class SyncLabelStudioJob(IMediator mediator) : IScheduledJob
{
    public string Name => "sync-label-studio";

    public string Title => "Sync Label Studio";

    public string Description => "Puts its projects right, brings in tasks, takes labels";

    public string Cron => "0 0 * * * ?";

    public async Task<IReadOnlyDictionary<string, long>> RunAsync(IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        var done = await mediator.Send(new SyncStorages.Command(progress), cancellationToken);
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["repaired"] = done.Repaired,
            ["published"] = done.Published,
            ["made"] = done.Made,
            ["quarantined"] = done.Quarantined,
            ["lookedAt"] = done.Looked,
            ["labelled"] = done.Outcomes[OutputOutcome.Labelled],
            ["skipped"] = done.Outcomes[OutputOutcome.Skipped],
            ["invalid"] = done.Outcomes[OutputOutcome.Invalid],
            ["takenBack"] = done.TakenBack,
            ["unwritten"] = done.Unwritten,
        };
    }
}
