using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Infrastructure.Scheduling.Jobs;

internal sealed class ProcessAnnotationsJob(IMediator mediator) : IScheduledJob
{
    public string Name => "process-annotations";

    public string Title => "Process annotations";

    public string Description => "Brings finished labels to the datasets";

    public string Cron => "0 15 * * * ?";

    public async Task<IReadOnlyDictionary<string, long>> RunAsync(IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        var done = await mediator.Send(new ProcessAnnotations.Command(progress), cancellationToken);
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["copied"] = done.Copied,
            ["removed"] = done.Removed,
            ["lost"] = done.Lost,
            ["corrections"] = done.Corrections,
            ["labelled"] = done.Outputs[OutputOutcome.Labelled],
            ["skipped"] = done.Outputs[OutputOutcome.Skipped],
            ["invalid"] = done.Outputs[OutputOutcome.Invalid],
            ["superseded"] = done.Outputs[OutputOutcome.Superseded],
            ["alreadyProcessed"] = done.Outputs[OutputOutcome.AlreadyProcessed],
        };
    }
}
