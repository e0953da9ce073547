using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A training.</summary>
public sealed record TrainingResponse
{
    public required Guid Id { get; init; }

    /// <summary>Id of the dataset version.</summary>
    public required string Dataset { get; init; }

    public required Trainer Trainer { get; init; }

    /// <summary>Strength of the head's regularisation that was asked for; null to choose it.</summary>
    public required double? L2 { get; init; }

    /// <summary>Whether the head expects each class as often as the random sample has it.</summary>
    public required bool MatchShares { get; init; }

    public required TrainingState State { get; init; }

    /// <summary>When it was asked for, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string By { get; init; }

    /// <summary>When the latest attempt began, UTC; null before.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended, UTC; null before.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>Number of completed steps.</summary>
    public required int Step { get; init; }

    /// <summary>Number of all steps; 0 while it is unknown.</summary>
    public required int Steps { get; init; }

    /// <summary>The last lines of the log, newest last.</summary>
    public required IReadOnlyList<string> Log { get; init; }

    /// <summary>Why there is no model; null unless it failed.</summary>
    public required string? Failure { get; init; }

    /// <summary>The registered model; null without one.</summary>
    public required ModelResponse? Model { get; init; }

    internal static TrainingResponse From(TrainingRun run, ModelResponse? model) =>
        new()
        {
            Id = run.Id,
            Dataset = run.DatasetId,
            Trainer = run.Trainer,
            L2 = run.L2,
            MatchShares = run.MatchesShares,
            State = run.State,
            CreatedAt = run.CreatedAt,
            By = run.By,
            StartedAt = run.StartedAt,
            EndedAt = run.EndedAt,
            Step = run.Step,
            Steps = run.Steps,
            Log = run.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            Failure = run.Failure,
            Model = model,
        };
}
