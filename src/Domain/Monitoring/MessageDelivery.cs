namespace GourmetGram.Domain.Monitoring;

/// <summary>The ways in which people are told about alerts.</summary>
public enum MessageChannel
{
    /// <summary>A signed HTTP request to a server of the team (Standard Webhooks).</summary>
    Webhook = 0,

    /// <summary>An e-mail.</summary>
    Email,
}

/// <summary>State of a delivery.</summary>
public enum DeliveryState
{
    /// <summary>The message waits for its next attempt.</summary>
    Due = 0,

    /// <summary>The receiver accepted the message.</summary>
    Delivered,

    /// <summary>The attempts went on for a day, or the receiver refused the message for good.</summary>
    Abandoned,
}

/// <summary>A message about a change of an alert, on its way through one channel.</summary>
public sealed class MessageDelivery
{
    private const int ErrorLength = 500;

    /// <summary>A failed attempt this long after the message was created is the last one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(6);

    private MessageDelivery()
    {
        Payload = null!;
    }

    /// <summary>Id of the message, the same in every attempt, so that a receiver can recognise a repetition.</summary>
    public Guid Id { get; private init; }

    public MessageChannel Channel { get; private init; }

    /// <summary>The change that the message is about.</summary>
    public Guid ChangeId { get; private init; }

    /// <summary>The message in the channel's format.</summary>
    public string Payload { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When the next attempt is due, UTC.</summary>
    public DateTimeOffset DueAt { get; private set; }

    /// <summary>Number of attempts. Concurrency token, because every attempt changes it.</summary>
    public int Attempts { get; private set; }

    public DeliveryState State { get; private set; }

    /// <summary>Why the last attempt failed; null when it succeeded or there was none.</summary>
    public string? LastError { get; private set; }

    /// <summary>When the first attempt failed, UTC; null if none has.</summary>
    public DateTimeOffset? FailingSince { get; private set; }

    /// <summary>When a person last asked to send the message again, UTC; null if that has not happened.</summary>
    public DateTimeOffset? ResentAt { get; private set; }

    /// <summary>Number of attempts before that.</summary>
    public int EarlierAttempts { get; private set; }

    /// <summary>When the message was delivered or abandoned, UTC; null until then.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Creates a message that is due immediately.</summary>
    public static MessageDelivery Of(AlertChange change, MessageChannel channel, string payload)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new MessageDelivery
        {
            Id = Guid.CreateVersion7(change.At),
            Channel = channel,
            ChangeId = change.Id,
            Payload = payload,
            CreatedAt = change.At,
            DueAt = change.At,
        };
    }

    /// <summary>Records that the receiver accepted the message.</summary>
    /// <exception cref="InvalidOperationException">The delivery has ended.</exception>
    public void MarkDelivered(DateTimeOffset now)
    {
        Attempt();
        (State, EndedAt, LastError) = (DeliveryState.Delivered, now, null);
    }

    /// <summary>Records a failed attempt. The pause before the next one grows from 5 seconds to 6 hours, for about a day.</summary>
    /// <param name="error">The reason.</param>
    /// <param name="isFinal">Whether the receiver will never accept the message.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="leastPause">The pause that the receiver asked for, if any; at most 6 hours of it count.</param>
    /// <exception cref="InvalidOperationException">The delivery has ended.</exception>
    public void MarkFailed(string error, bool isFinal, DateTimeOffset now, TimeSpan? leastPause = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        Attempt();
        LastError = error.Length > ErrorLength ? error[..ErrorLength] : error;
        FailingSince ??= now;
        if (isFinal || now - (ResentAt ?? CreatedAt) >= Patience)
            (State, EndedAt) = (DeliveryState.Abandoned, now);
        else
            DueAt = now + PauseAfter(Attempts - EarlierAttempts, leastPause ?? TimeSpan.Zero);
    }

    /// <summary>Makes an ended message due again, with the same id, by which the receiver recognises a repetition.</summary>
    /// <exception cref="InvalidOperationException">The message is due already.</exception>
    public void Resend(DateTimeOffset now)
    {
        if (State == DeliveryState.Due)
            throw new InvalidOperationException($"Message {Id} is due already.");
        (State, DueAt, ResentAt, EarlierAttempts) = (DeliveryState.Due, now, now, Attempts);
        (EndedAt, LastError, FailingSince) = (null, null, null);
    }

    private void Attempt()
    {
        if (State != DeliveryState.Due)
            throw new InvalidOperationException($"Message {Id} is {State} already.");
        Attempts++;
    }

    private static TimeSpan PauseAfter(int attempts, TimeSpan leastPause) =>
        TimeSpan.FromSeconds(Math.Min(Math.Max(5 * Math.Pow(4, attempts - 1), leastPause.TotalSeconds), LongestPause.TotalSeconds));
}
