using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>A message to people outside.</summary>
/// <param name="Id">Id of the message, the same in every attempt.</param>
/// <param name="CreatedAt">When the message was created, UTC.</param>
/// <param name="Payload">The message in the channel's format, see <see cref="AlertMessages"/>.</param>
public sealed record OutgoingMessage(Guid Id, DateTimeOffset CreatedAt, string Payload);

/// <summary>A message could not be sent.</summary>
/// <param name="message">The reason in a sentence, without secrets.</param>
/// <param name="isFinal">Whether the receiver will never accept the message.</param>
/// <param name="cause">The cause.</param>
/// <param name="retryAfter">How long the receiver asked to wait before the next attempt; null if it did not.</param>
public sealed class MessageFailedException(string message, bool isFinal = false, Exception? cause = null, TimeSpan? retryAfter = null)
    : Exception(message, cause)
{
    public bool IsFinal { get; } = isFinal;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>Sends messages to people outside, in one way.</summary>
public interface IMessageChannel
{
    MessageChannel Channel { get; }

    /// <summary>Whether the settings name a receiver.</summary>
    bool IsConfigured { get; }

    /// <summary>Makes one attempt to send a message. A receiver recognises a repetition by the message's id.</summary>
    /// <exception cref="MessageFailedException">The receiver cannot be reached or did not accept the message.</exception>
    Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken);
}
