using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Returns whether job <c>deliver-messages</c> has work to do. The question is asked every few seconds, so it writes nothing.
/// </summary>
public static class HasMessagesToDeliver
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Any">Whether the next message of a channel is due.</param>
    public sealed record Response(bool Any);

    internal sealed class Handler(IRepository<MessageDelivery> deliveries, TimeProvider time) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            foreach (var channel in Enum.GetValues<MessageChannel>())
            {
                if (
                    await deliveries.FirstOrDefaultAsync(new OldestDueDelivery(channel), cancellationToken) is { } next
                    && next.DueAt <= time.GetUtcNow()
                )
                    return new Response(true);
            }

            return new Response(false);
        }
    }
}
