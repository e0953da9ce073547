using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Raises an alert when a job fails, the object store or Label Studio is unavailable, the disk is nearly full or messages do not arrive,
/// and ends it afterwards. Job <c>check-operation</c>. Writes nothing while nothing changes.
/// </summary>
public static class CheckOperation
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Changes">Number of alerts whose state changed.</param>
    public sealed record Response(int Changes);

    internal sealed class Handler(IUnitOfWork work, OperationChecks checks, MonitoringMetricsReader metrics)
        : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var findings = await checks.FindChangesAsync(cancellationToken);
            if (findings.Count == 0)
                return new Response(0);
            var changes = await work.RunStepAsync(
                async (AlertRecorder recorder) =>
                {
                    var count = 0;
                    foreach (var finding in findings)
                    {
                        if (
                            await recorder.RecordAsync(
                                finding.Rule,
                                AlertState.Ok,
                                (alert, now) => alert.Look(finding.Result.IsFailing, finding.Result.Value, now),
                                cancellationToken
                            )
                        )
                            count++;
                    }

                    return count;
                }
            );
            await metrics.RefreshAsync(cancellationToken);
            return new Response(changes);
        }
    }
}
