using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Returns whether job <c>check-operation</c> has anything to record. The question is asked every minute on every node, so it writes
/// nothing; it also keeps this node's gauges current.
/// </summary>
public static class HasOperationChanges
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Any">Whether a part of the operation broke or works again.</param>
    public sealed record Response(bool Any);

    internal sealed class Handler(OperationChecks checks, MonitoringMetricsReader metrics) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            await metrics.RefreshAsync(cancellationToken);
            return new Response((await checks.FindChangesAsync(cancellationToken)).Count > 0);
        }
    }
}
