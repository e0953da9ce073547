using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>An alert and its state.</summary>
public sealed record AlertItem
{
    /// <summary>Name of the rule, e.g. <c>accuracy</c> or <c>job:store-images</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>The rule in words.</summary>
    public required string Title { get; init; }

    /// <summary>
    /// Waiting: no look had enough labels. Ok. Suspected: below the floor once. Failing: below twice, clearly below once, or broken.
    /// Restored: good again, until the next look.
    /// </summary>
    public required AlertState State { get; init; }

    /// <summary>When the state began, UTC.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When the rule last looked, UTC. Checks of the operation record only looks that changed the state.</summary>
    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>The numbers of the last look, for people.</summary>
    public required string Value { get; init; }

    /// <summary>When somebody acknowledged the alert, UTC; null if nobody has.</summary>
    public required DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>Who acknowledged the alert; null if nobody has.</summary>
    public required string? AcknowledgedBy { get; init; }

    /// <summary>Note of the acknowledgement; null if there is none.</summary>
    public required string? Note { get; init; }

    internal static AlertItem From(Alert alert) =>
        new()
        {
            Rule = alert.Rule,
            Title = RuleNames.TitleOf(alert.Rule),
            State = alert.State,
            Since = alert.Since,
            CheckedAt = alert.CheckedAt,
            Value = alert.Value,
            AcknowledgedAt = alert.AcknowledgedAt,
            AcknowledgedBy = alert.AcknowledgedBy,
            Note = alert.Note,
        };
}
