using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Infrastructure.Scheduling.Jobs;

internal sealed class ExportTrackingJob(IMediator mediator) : IScheduledJob
{
    public string Name => "export-tracking";

    public string Title => "Export tracking";

    public string Description => "Writes the list of predictions to a file";

    public string Cron => "0 0 * * * ?";

    public async Task<IReadOnlyDictionary<string, long>> RunAsync(IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        var done = await mediator.Send(new ExportTracking.Command(progress), cancellationToken);
        return new Dictionary<string, long>(StringComparer.Ordinal) { ["predictions"] = done.Predictions };
    }
}
