using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>State of the pipeline.</summary>
/// <param name="Rules">The rules that start it automatically, and whether it promotes models automatically.</param>
/// <param name="Running">The run that goes on; null for none.</param>
/// <param name="Runs">The latest runs, newest first.</param>
/// <param name="NewLabels">Number of labels since the newest dataset version that a model may train on, at most 10,000.</param>
/// <param name="Serving">Version of the model that serves.</param>
/// <param name="NextScheduled">When the schedule starts the next run, UTC; null without a schedule.</param>
public sealed record PipelineResponse(
    PipelineRulesResponse Rules,
    PipelineRunResponse? Running,
    IReadOnlyList<PipelineRunResponse> Runs,
    int NewLabels,
    string Serving,
    DateTimeOffset? NextScheduled
);

/// <summary>The rules that start the pipeline automatically, and whether it promotes models automatically.</summary>
/// <param name="NewLabels">Number of new labels that starts a run; null to start none.</param>
/// <param name="EveryDays">Number of days after which a run starts; null to start none.</param>
/// <param name="OnAlert">Whether an alert about the accuracy starts a run.</param>
/// <param name="PauseHours">Minimum number of hours between two automatic runs.</param>
/// <param name="PromotesByItself">Whether a model that the gate lets pass is promoted without a person.</param>
/// <param name="ChangedBy">Who changed the rules last; empty for the defaults.</param>
public sealed record PipelineRulesResponse(
    int? NewLabels,
    int? EveryDays,
    bool OnAlert,
    int PauseHours,
    bool PromotesByItself,
    string ChangedBy
)
{
    internal static PipelineRulesResponse From(PipelineRules rules) =>
        new(rules.NewLabels, rules.EveryDays, rules.OnAlert, rules.PauseHours, rules.PromotesByItself, rules.ChangedBy);
}

/// <summary>A run of the pipeline.</summary>
public sealed record PipelineRunResponse
{
    public required Guid Id { get; init; }

    /// <summary>When it started, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What started it.</summary>
    public required PipelineTrigger Trigger { get; init; }

    /// <summary>The person or job that started it.</summary>
    public required string By { get; init; }

    /// <summary>The step that it is at, or ended at.</summary>
    public required PipelineStage Stage { get; init; }

    /// <summary>The build of the dataset version; null before.</summary>
    public required Guid? BuildId { get; init; }

    /// <summary>The training; null before.</summary>
    public required Guid? TrainingId { get; init; }

    /// <summary>Version of the trained model; null before.</summary>
    public required string? Model { get; init; }

    /// <summary>The trial; null before.</summary>
    public required TrialResponse? Trial { get; init; }

    /// <summary>When it ended, UTC; null while it goes on.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>How it ended; null while it goes on.</summary>
    public required PipelineOutcome? Outcome { get; init; }

    /// <summary>How it ended or which photos it waits for, as a sentence; empty while there is nothing to say.</summary>
    public required string Message { get; init; }
}
