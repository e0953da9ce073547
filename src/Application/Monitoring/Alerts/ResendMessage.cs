using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Sends a message about an alert again, with the same id, after it was delivered or given up. Job <c>deliver-messages</c> makes the next
/// attempt within seconds, and goes on for a day if it fails.
/// </summary>
public static class ResendMessage
{
    /// <param name="Id">The message.</param>
    public sealed record Command(Guid Id) : ICommand<MessageItem>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Operation, "Sent a message about an alert again", Id.ToString());
    }

    internal sealed class Handler(
        IRepository<MessageDelivery> deliveries,
        IRepository<AlertChange> changes,
        IEnumerable<IMessageChannel> channels,
        TimeProvider time
    ) : IRequestHandler<Command, MessageItem>
    {
        /// <exception cref="NotFoundException">There is no such message.</exception>
        /// <exception cref="ConflictException">The message waits for an attempt already, or its channel is not configured.</exception>
        public async Task<MessageItem> Handle(Command request, CancellationToken cancellationToken)
        {
            var delivery = await deliveries.FirstOrDefaultAsync(new DeliveryById(request.Id), cancellationToken)
                ?? throw new NotFoundException($"Message {request.Id}");
            if (delivery.State == DeliveryState.Due)
                throw new ConflictException("This message waits for its next attempt already.");
            if (!channels.Any(channel => channel.Channel == delivery.Channel && channel.IsConfigured))
                throw new ConflictException($"The channel {delivery.Channel} is not configured any more. Set it up in the settings first.");
            delivery.Resend(time.GetUtcNow());
            var change = (await changes.ListAsync(new ChangesWithIds([delivery.ChangeId]), cancellationToken))[0];
            return MessageItem.From(delivery, change);
        }
    }
}
