using System.Text.Json;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A trial of a model against the one that served when the trial began.</summary>
public sealed record TrialResponse
{
    public required Guid Id { get; init; }

    /// <summary>Version of the model that may be promoted.</summary>
    public required string Challenger { get; init; }

    /// <summary>Version of the model that served.</summary>
    public required string Champion { get; init; }

    /// <summary>When the trial began, UTC.</summary>
    public required DateTimeOffset BegunAt { get; init; }

    /// <summary>Who began it.</summary>
    public required string By { get; init; }

    /// <summary>The question.</summary>
    public required GateMode Mode { get; init; }

    /// <summary>Margin of the accuracy, as a share of all photos.</summary>
    public required double Margin { get; init; }

    /// <summary>Number of photos in the pool: photos of measuring windows that trained neither model.</summary>
    public required int Photos { get; init; }

    /// <summary>Number of these on which the models disagree.</summary>
    public required int Disagreements { get; init; }

    /// <summary>Whether the models still answer the photos, so that the photos on which they disagree are not known yet.</summary>
    public required bool Preparing { get; init; }

    /// <summary>Number of labels at which each look happens.</summary>
    public required IReadOnlyList<int> Plan { get; init; }

    /// <summary>Number of the last look that happened; 0 before the first.</summary>
    public required int Look { get; init; }

    /// <summary>The decision; null before the first.</summary>
    public required GateDecision? Decision { get; init; }

    /// <summary>Why the model is not promoted; null if it may be.</summary>
    public required GateReason? Reason { get; init; }

    /// <summary>Number of labels missing to the next look; null if none are asked for.</summary>
    public required int? Needed { get; init; }

    /// <summary>Names of the classes that the reason is about.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>When the gate decided for good, UTC; null while the trial waits for labels.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    internal static TrialResponse From(ModelTrial trial) =>
        new()
        {
            Id = trial.Id,
            Challenger = trial.Challenger.Version,
            Champion = trial.Champion.Version,
            BegunAt = trial.CreatedAt,
            By = trial.By,
            Mode = trial.Mode,
            Margin = trial.Margin,
            Photos = trial.Photos,
            Disagreements = trial.Disagreements,
            Preparing = trial is { IsPreparing: true, EndedAt: null },
            Plan = trial.Plan.Labels,
            Look = trial.Look,
            Decision = trial.Decision,
            Reason = trial.Reason,
            Needed = trial.EndedAt is null ? trial.Needed : null,
            Classes =
            [
                .. trial
                    .ReasonClasses.Split(',', StringSplitOptions.RemoveEmptyEntries)
                    .Select(index => trial.Champion.Model.Labels[int.Parse(index, System.Globalization.CultureInfo.InvariantCulture)]),
            ],
            EndedAt = trial.EndedAt,
        };
}

/// <summary>A look of a trial, with all that was decided on.</summary>
/// <param name="Look">Number of the look; 0 for a decision without labels.</param>
/// <param name="At">When it happened, UTC.</param>
/// <param name="Input">What was decided on.</param>
/// <param name="Outcome">The decision.</param>
/// <param name="Repeats">Whether deciding again on the same input gives the same decision.</param>
public sealed record TrialLookResponse(int Look, DateTimeOffset At, JsonElement Input, JsonElement Outcome, bool Repeats)
{
    internal static TrialLookResponse From(TrialLook look) =>
        new(
            look.Look,
            look.At,
            JsonElement.Parse(look.Input),
            JsonElement.Parse(look.Outcome),
            JsonSerializer.Serialize(look.Replay()) == look.Outcome
        );
}
