namespace GourmetGram.Domain.Monitoring;

/// <summary>
/// The state of an alert rule, with all that the rule remembers from one look to the next. The rules themselves are
/// <see cref="AlertRule"/>, <see cref="ConfidenceGapRule"/> and <see cref="VersionBeforeRule"/>; checks of the operation are either Ok or
/// Failing.
/// </summary>
public sealed class Alert
{
    /// <summary>Longest note of an acknowledgement, in characters.</summary>
    public const int NoteLength = 1000;

    /// <summary>Longest <see cref="Value"/>, in characters. A longer one is cut.</summary>
    public const int ValueLength = 1000;

    private Alert()
    {
        Rule = null!;
        Value = null!;
    }

    /// <summary>Name of the rule, e.g. <c>accuracy</c> or <c>job:store-images</c>.</summary>
    public string Rule { get; private init; }

    public AlertState State { get; private set; }

    /// <summary>When the state began, UTC.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>When the rule last looked, UTC. Checks of the operation record only looks that changed the state.</summary>
    public DateTimeOffset CheckedAt { get; private set; }

    /// <summary>The numbers of the last look, for people.</summary>
    public string Value { get; private set; }

    /// <summary>Whether the last look that counted was below the floor.</summary>
    public bool WasBelow { get; private set; }

    /// <summary>Whether the last look that counted was good.</summary>
    public bool WasGood { get; private set; }

    /// <summary>The serving version that the looks beside the version before belong to; null for other rules.</summary>
    public Guid? ModelVersionId { get; private set; }

    /// <summary>Number of labels of the last planned look beside the version before; 0 before the first.</summary>
    public int LabelsLooked { get; private set; }

    /// <summary>Difference to the version before at the last look; null without one. So are the two numbers below.</summary>
    public double? DifferenceEstimate { get; private set; }

    /// <summary>Low end of the interval of the difference.</summary>
    public double? DifferenceLow { get; private set; }

    /// <summary>High end of the interval of the difference.</summary>
    public double? DifferenceHigh { get; private set; }

    /// <summary>When somebody acknowledged the alert, UTC; null if nobody has.</summary>
    public DateTimeOffset? AcknowledgedAt { get; private set; }

    /// <summary>Who acknowledged the alert.</summary>
    public string? AcknowledgedBy { get; private set; }

    /// <summary>Note of the acknowledgement.</summary>
    public string? Note { get; private set; }

    /// <summary>Concurrency token. If two requests change the alert at the same time, the second one has to retry.</summary>
    public int Revision { get; private set; }

    /// <summary>Whether somebody should act.</summary>
    public bool IsOpen => IsOpenState(State);

    /// <summary>The memory of <see cref="AlertRule"/> and <see cref="ConfidenceGapRule"/>.</summary>
    public AlertMemory Memory => new(State, WasBelow, WasGood);

    /// <summary>Creates the alert of a rule before its first look.</summary>
    public static Alert Create(string rule, AlertState state, DateTimeOffset now) =>
        new()
        {
            Rule = rule,
            State = state,
            Since = now,
            CheckedAt = now,
            Value = "",
        };

    /// <summary>Whether a state asks somebody to act.</summary>
    public static bool IsOpenState(AlertState state) => state is AlertState.Suspected or AlertState.Failing;

    /// <summary>Returns the memory of <see cref="VersionBeforeRule"/>, which is empty for another serving version.</summary>
    public VersionLookMemory MemoryOf(Guid modelVersionId) =>
        ModelVersionId != modelVersionId
            ? VersionLookMemory.Start
            : new VersionLookMemory(
                State,
                LabelsLooked,
                DifferenceEstimate is { } estimate && DifferenceLow is { } low && DifferenceHigh is { } high
                    ? new Difference(estimate, low, high)
                    : null
            );

    /// <summary>Records a look of <see cref="AlertRule"/> or <see cref="ConfidenceGapRule"/>.</summary>
    /// <returns>Whether the state changed.</returns>
    public bool Look(AlertMemory memory, string value, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(memory);
        (WasBelow, WasGood) = (memory.WasBelow, memory.WasGood);
        return Enter(memory.State, value, now);
    }

    /// <summary>Records a look of <see cref="VersionBeforeRule"/>.</summary>
    /// <returns>Whether the state changed.</returns>
    public bool Look(VersionLookMemory memory, Guid modelVersionId, string value, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(memory);
        (ModelVersionId, LabelsLooked) = (modelVersionId, memory.LabelsLooked);
        (DifferenceEstimate, DifferenceLow, DifferenceHigh) = (
            memory.Difference?.Estimate,
            memory.Difference?.Low,
            memory.Difference?.High
        );
        return Enter(memory.State, value, now);
    }

    /// <summary>Records a check that either fails or does not.</summary>
    /// <returns>Whether the state changed.</returns>
    public bool Look(bool isFailing, string value, DateTimeOffset now) => Enter(isFailing ? AlertState.Failing : AlertState.Ok, value, now);

    /// <summary>Records that somebody knows of the alert.</summary>
    /// <exception cref="InvalidOperationException">The alert is neither Suspected nor Failing.</exception>
    public void Acknowledge(string by, string? note, DateTimeOffset now)
    {
        if (!IsOpen)
            throw new InvalidOperationException($"Alert {Rule} is {State}, so there is nothing to acknowledge.");
        (AcknowledgedAt, AcknowledgedBy, Note) = (now, by, note);
        Revision++;
    }

    private bool Enter(AlertState state, string value, DateTimeOffset now)
    {
        var isChanged = state != State;
        (State, CheckedAt, Value) = (state, now, value.Length > ValueLength ? value[..ValueLength] : value);
        if (isChanged)
            Since = now;
        if (!IsOpen)
            (AcknowledgedAt, AcknowledgedBy, Note) = (null, null, null);
        Revision++;
        return isChanged;
    }
}
