namespace GourmetGram.Domain.Monitoring;

/// <summary>A change of an alert's state. The rows are the alerts' history and are never changed.</summary>
public sealed class AlertChange
{
    private AlertChange()
    {
        Rule = null!;
        Value = null!;
    }

    public Guid Id { get; private init; }

    /// <summary>Name of the rule.</summary>
    public string Rule { get; private init; }

    /// <summary>The state before.</summary>
    public AlertState From { get; private init; }

    /// <summary>The state after.</summary>
    public AlertState To { get; private init; }

    /// <summary>When the state changed, UTC.</summary>
    public DateTimeOffset At { get; private init; }

    /// <summary>The numbers of the look that changed the state, for people.</summary>
    public string Value { get; private init; }

    /// <summary>Whether people are told: an alert was raised, became certain, or ended.</summary>
    public bool IsAnnounced => Alert.IsOpenState(To) || Alert.IsOpenState(From);

    /// <summary>Records that an alert's state has just changed.</summary>
    /// <param name="alert">The alert after the change.</param>
    /// <param name="from">The state before.</param>
    public static AlertChange Of(Alert alert, AlertState from)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return new AlertChange
        {
            Id = Guid.CreateVersion7(alert.Since),
            Rule = alert.Rule,
            From = from,
            To = alert.State,
            At = alert.Since,
            Value = alert.Value,
        };
    }
}
