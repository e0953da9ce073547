using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Sends the messages that are due, each channel's in order: while one fails, later ones wait. Job <c>deliver-messages</c>. A crash between
/// an attempt and its record repeats the attempt with the same message id.
/// </summary>
public static class DeliverMessages
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Delivered">Number of messages that were delivered.</param>
    /// <param name="Failed">Number of attempts that failed.</param>
    /// <param name="Abandoned">Number of messages that were given up.</param>
    public sealed record Response(int Delivered, int Failed, int Abandoned);

    internal sealed class Handler(
        IUnitOfWork work,
        IRepository<MessageDelivery> deliveries,
        IEnumerable<IMessageChannel> channels,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var (delivered, failed, abandoned) = (0, 0, 0);
            foreach (var channel in Enum.GetValues<MessageChannel>())
            {
                while (
                    await deliveries.FirstOrDefaultAsync(new OldestDueDelivery(channel), cancellationToken) is { } next
                    && next.DueAt <= time.GetUtcNow()
                )
                {
                    var fault = await TrySendAsync(next, cancellationToken);
                    var state = await work.RunStepAsync((Handler step) => step.RecordAsync(next.Id, fault, cancellationToken));
                    delivered += state == DeliveryState.Delivered ? 1 : 0;
                    failed += fault is null ? 0 : 1;
                    abandoned += state == DeliveryState.Abandoned ? 1 : 0;
                    if (state == DeliveryState.Due)
                        break;
                }
            }

            return new Response(delivered, failed, abandoned);
        }

        /// <returns>Null when the message was sent.</returns>
        private async Task<MessageFailedException?> TrySendAsync(MessageDelivery delivery, CancellationToken cancellationToken)
        {
            if (channels.FirstOrDefault(channel => channel.Channel == delivery.Channel && channel.IsConfigured) is not { } channel)
                return new MessageFailedException("The channel is not configured any more.", isFinal: true);
            try
            {
                await channel.SendAsync(new OutgoingMessage(delivery.Id, delivery.CreatedAt, delivery.Payload), cancellationToken);
                return null;
            }
            catch (MessageFailedException e)
            {
                return e;
            }
        }

        private async Task<DeliveryState> RecordAsync(Guid id, MessageFailedException? fault, CancellationToken cancellationToken)
        {
            var delivery = (await deliveries.FirstOrDefaultAsync(new DeliveryById(id), cancellationToken))!;
            if (fault is null)
                delivery.MarkDelivered(time.GetUtcNow());
            else
                delivery.MarkFailed(fault.Message, fault.IsFinal, time.GetUtcNow(), fault.RetryAfter);
            var (attempts, state) = (delivery.Attempts, delivery.State);
            // The first and the last failure suffice in the log; the row has the latest.
            if (fault is not null && (attempts == 1 || state == DeliveryState.Abandoned))
                work.AfterCommit(() =>
                    logger.LogWarning(
                        "Message {MessageId} by {Channel} is {State} after {Attempts} attempts: {Reason}",
                        id,
                        delivery.Channel,
                        state,
                        attempts,
                        fault.Message
                    )
                );
            return state;
        }
    }
}
