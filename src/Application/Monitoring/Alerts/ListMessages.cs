using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Lists the latest messages about alerts and how they were delivered.</summary>
public static class ListMessages
{
    /// <param name="Period">The days on which alerts changed. The model version is ignored.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>;

    /// <param name="Items">The latest 50 messages of the period, newest first.</param>
    /// <param name="From">First day, UTC.</param>
    /// <param name="To">Last day, UTC.</param>
    public sealed record Response(IReadOnlyList<MessageItem> Items, DateOnly From, DateOnly To);

    internal sealed class Handler(IRepository<MessageDelivery> deliveries, IRepository<AlertChange> changes, TimeProvider time)
        : IRequestHandler<Query, Response>
    {
        private const int MostItems = 50;

        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var period = request.Period.Resolve(time.GetUtcNow());
            var found = await deliveries.ListAsync(new DeliveriesBetween(period.Start, period.End, MostItems), cancellationToken);
            var about = (
                await changes.ListAsync(new ChangesWithIds([.. found.Select(delivery => delivery.ChangeId).Distinct()]), cancellationToken)
            ).ToDictionary(change => change.Id);
            return new Response(
                [.. found.Select(delivery => MessageItem.From(delivery, about[delivery.ChangeId]))],
                period.From,
                period.To
            );
        }
    }
}
