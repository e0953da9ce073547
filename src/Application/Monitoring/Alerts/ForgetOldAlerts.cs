using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Removes messages that ended long ago, and then old changes of alerts that no message is about. Part of job <c>housekeeping</c>. Messages
/// that are not delivered yet stay, and so does the last one of each channel, which says whether the channel works.
/// </summary>
public static class ForgetOldAlerts
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Messages">Number of messages removed.</param>
    /// <param name="Changes">Number of changes removed.</param>
    public sealed record Response(int Messages, int Changes);

    internal sealed class Handler(
        IUnitOfWork work,
        IRepository<MessageDelivery> deliveries,
        IRepository<AlertChange> changes,
        AlertRules rules,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        private const int Batch = 500;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var (forgotten, removed) = (0, 0);
            var ended = time.GetUtcNow() - rules.KeepMessages;
            foreach (var channel in Enum.GetValues<MessageChannel>())
            {
                while (
                    await work.RunStepAsync((Handler step) => step.ForgetMessagesAsync(channel, ended, cancellationToken))
                        is > 0
                            and var count
                )
                    forgotten += count;
            }

            var moment = time.GetUtcNow() - rules.KeepChanges;
            Guid? after = null;
            do
            {
                var from = after;
                (var count, after) = await work.RunStepAsync((Handler step) => step.ForgetChangesAsync(moment, from, cancellationToken));
                removed += count;
            } while (after is not null);

            return new Response(forgotten, removed);
        }

        private async Task<int> ForgetMessagesAsync(MessageChannel channel, DateTimeOffset moment, CancellationToken cancellationToken)
        {
            var last = await deliveries.FirstOrDefaultAsync(new LastEndedDelivery(channel), cancellationToken);
            var old = (await deliveries.ListAsync(new DeliveriesEndedBefore(channel, moment, Batch), cancellationToken))
                .Where(delivery => delivery.Id != last?.Id)
                .ToList();
            foreach (var delivery in old)
                deliveries.Remove(delivery);
            return old.Count;
        }

        /// <returns>The number of removed changes, and the id after which to continue; null at the end.</returns>
        private async Task<(int Count, Guid? After)> ForgetChangesAsync(
            DateTimeOffset moment,
            Guid? after,
            CancellationToken cancellationToken
        )
        {
            var old = await changes.ListAsync(new ChangesBefore(moment, after, Batch), cancellationToken);
            if (old.Count == 0)
                return (0, null);
            var kept = (await deliveries.ListAsync(new DeliveriesAbout([.. old.Select(change => change.Id)]), cancellationToken))
                .Select(delivery => delivery.ChangeId)
                .ToHashSet();
            var unused = old.Where(change => !kept.Contains(change.Id)).ToList();
            foreach (var change in unused)
                changes.Remove(change);
            return (unused.Count, old.Count == Batch ? old[^1].Id : null);
        }
    }
}
