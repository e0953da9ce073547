using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>A message about a change of an alert, and its delivery.</summary>
public sealed record MessageItem
{
    /// <summary>Id of the message, the same in every attempt. The header <c>webhook-id</c> is <c>msg_</c> and its digits.</summary>
    public required Guid Id { get; init; }

    /// <summary>The channel.</summary>
    public required MessageChannel Channel { get; init; }

    /// <summary>Name of the rule that the message is about.</summary>
    public required string Rule { get; init; }

    /// <summary>The rule in words.</summary>
    public required string Title { get; init; }

    /// <summary>The state that the alert changed to.</summary>
    public required AlertState To { get; init; }

    /// <summary>Due: waits for its next attempt. Delivered. Abandoned: given up after a day, or refused for good.</summary>
    public required DeliveryState State { get; init; }

    /// <summary>Number of attempts.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the alert changed, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the next attempt is due, UTC; null unless it is.</summary>
    public required DateTimeOffset? DueAt { get; init; }

    /// <summary>When the message was delivered or given up, UTC; null until then.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why the last attempt failed; null when it succeeded or there was none.</summary>
    public required string? LastError { get; init; }

    internal static MessageItem From(MessageDelivery delivery, AlertChange change) =>
        new()
        {
            Id = delivery.Id,
            Channel = delivery.Channel,
            Rule = change.Rule,
            Title = RuleNames.TitleOf(change.Rule),
            To = change.To,
            State = delivery.State,
            Attempts = delivery.Attempts,
            CreatedAt = delivery.CreatedAt,
            DueAt = delivery.State == DeliveryState.Due ? delivery.DueAt : null,
            EndedAt = delivery.EndedAt,
            LastError = delivery.LastError,
        };
}
