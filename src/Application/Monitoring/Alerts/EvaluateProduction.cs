using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Records the day's snapshot of accuracy and looks at the alert rules about the model and the random sample. Job
/// <c>evaluate-production</c>. An interrupted run is continued by the next one, because each step is done only if it is due.
/// </summary>
public static class EvaluateProduction
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Snapshots">Number of snapshots recorded.</param>
    /// <param name="Looks">Number of weekly looks: 1 if they were due, else 0.</param>
    /// <param name="Changes">Number of alerts whose state changed.</param>
    public sealed record Response(int Snapshots, int Looks, int Changes);

    internal sealed class Handler(IUnitOfWork work, MonitoringMetricsReader metrics) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var snapshots = await work.RunStepAsync((AccuracySnapshots step) => step.TakeAsync(cancellationToken));
            var (looks, changes) = await work.RunStepAsync(
                async (AccuracyLooks step) =>
                    await step.IsWeekOverAsync(cancellationToken) ? (1, await step.LookWeeklyAsync(cancellationToken)) : (0, 0)
            );
            changes += await work.RunStepAsync(
                async (AccuracyLooks step) =>
                    await step.IsDayOverAsync(cancellationToken) ? await step.LookDailyAsync(cancellationToken) : 0
            );
            await metrics.RefreshAsync(cancellationToken);
            return new Response(snapshots, looks, changes);
        }
    }
}
