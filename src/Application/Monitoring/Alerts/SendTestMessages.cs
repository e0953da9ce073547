using FluentValidation;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Sends a test message through each configured channel now, and returns how that went. Nothing is stored.</summary>
public static class SendTestMessages
{
    /// <param name="By">Name of the person who asks for it.</param>
    public sealed record Command(string By) : IRequest<Response>;

    /// <param name="Items">The configured channels; empty if there are none.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    /// <param name="Channel">The channel.</param>
    /// <param name="Delivered">Whether the receiver accepted the message.</param>
    /// <param name="Error">Why the message could not be sent; null if it was.</param>
    public sealed record Item(MessageChannel Channel, bool Delivered, string? Error);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.By).MaximumLength(Alert.NoteLength);
        }
    }

    internal sealed class Handler(IEnumerable<IMessageChannel> channels, TimeProvider time) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken) =>
            new(
                await Task.WhenAll(
                    channels
                        .Where(channel => channel.IsConfigured)
                        .OrderBy(channel => channel.Channel)
                        .Select(channel => SendAsync(channel, request.By, cancellationToken))
                )
            );

        private async Task<Item> SendAsync(IMessageChannel channel, string by, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var id = Guid.CreateVersion7(now);
            try
            {
                await channel.SendAsync(new OutgoingMessage(id, now, AlertMessages.Test(id, channel.Channel, by, now)), cancellationToken);
                return new Item(channel.Channel, Delivered: true, Error: null);
            }
            catch (MessageFailedException e)
            {
                return new Item(channel.Channel, Delivered: false, e.Message);
            }
        }
    }
}
