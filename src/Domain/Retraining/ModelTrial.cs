using System.Collections.Immutable;
using System.Text.Json;

namespace GourmetGram.Domain.Retraining;

/// <summary>
/// A comparison of a challenger with the champion on photos that trained neither, until the gate has decided (docs/statistics.md 5.12). The
/// photos and the models' answers are fixed when the trial begins; then people label photos on which the models disagree.
/// </summary>
public sealed class ModelTrial
{
    private ModelTrial()
    {
        Challenger = null!;
        Champion = null!;
        By = null!;
        Classes = null!;
        ReasonClasses = null!;
    }

    /// <summary>UUIDv7: trials are ordered by time.</summary>
    public Guid Id { get; private init; }

    public Guid ChallengerId { get; private init; }

    /// <summary>The model that may be promoted.</summary>
    public RegisteredModel Challenger { get; private init; }

    public Guid ChampionId { get; private init; }

    /// <summary>The model that served when the trial began.</summary>
    public RegisteredModel Champion { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>The person or job that began the trial.</summary>
    public string By { get; private init; }

    public GateMode Mode { get; private init; }

    /// <summary>Margin of the accuracy, as a share of all photos.</summary>
    public double Margin { get; private init; }

    /// <summary>Number of labels that may be asked for.</summary>
    public int MostLabels { get; private init; }

    /// <summary>Number of photos in the pool.</summary>
    public int Photos { get; private set; }

    /// <summary>Number of these on which the models disagree.</summary>
    public int Disagreements { get; private set; }

    /// <summary>Numbers of photos per class of the champion, as JSON: an array of <see cref="GateClass"/>.</summary>
    public string Classes { get; private set; }

    /// <summary>
    /// The pool begins after this moment: when the newest photo was classified that trained one of the models; null for none.
    /// </summary>
    public DateTimeOffset? NewerThan { get; private init; }

    /// <summary>
    /// Whether the models still answer the photos of the pool, so that the photos on which they disagree are not known yet.
    /// </summary>
    public bool IsPreparing { get; private set; }

    /// <summary>Number of the last look that happened; 0 before the first.</summary>
    public int Look { get; private set; }

    /// <summary>Whether a look met the overall rule.</summary>
    public bool HasPassed { get; private set; }

    /// <summary>The latest decision; null before the first.</summary>
    public GateDecision? Decision { get; private set; }

    /// <summary>Why the challenger is not promoted; null if it may be.</summary>
    public GateReason? Reason { get; private set; }

    /// <summary>Number of labels that were missing to the next look at the latest decision; null if none are asked for.</summary>
    public int? Needed { get; private set; }

    /// <summary>Indexes of the classes that the reason is about, separated by commas; empty for none.</summary>
    public string ReasonClasses { get; private set; }

    /// <summary>When the gate decided for good, or the trial was ended, UTC; null while it waits for labels.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Concurrency token.</summary>
    public int Revision { get; private set; }

    /// <summary>Whether the challenger may serve in place of the champion.</summary>
    public bool AllowsPromotion => Decision == GateDecision.Promote;

    /// <summary>The plan of looks.</summary>
    public GatePlan Plan => GatePlan.Of(Disagreements, MostLabels);

    /// <summary>Begins a trial.</summary>
    /// <param name="id">Id of the trial.</param>
    /// <param name="challenger">The model that may be promoted.</param>
    /// <param name="champion">The model that serves.</param>
    /// <param name="rule">The question.</param>
    /// <param name="pool">The photos.</param>
    /// <param name="by">Who begins it.</param>
    /// <param name="now">The time, UTC.</param>
    public static ModelTrial Begin(
        Guid id,
        RegisteredModel challenger,
        RegisteredModel champion,
        TrialRule rule,
        TrialPool pool,
        string by,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(challenger);
        ArgumentNullException.ThrowIfNull(champion);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(pool);
        return new ModelTrial
        {
            Id = id,
            ChallengerId = challenger.Id,
            Challenger = challenger,
            ChampionId = champion.Id,
            Champion = champion,
            CreatedAt = now,
            By = by,
            Mode = rule.Mode,
            Margin = rule.Margin,
            MostLabels = rule.MostLabels,
            Photos = pool.Photos,
            Disagreements = pool.Disagreements,
            Classes = JsonSerializer.Serialize(pool.Classes),
            NewerThan = pool.NewerThan,
            ReasonClasses = "",
        };
    }

    /// <summary>Begins a trial of models whose answers on the photos are not known yet, see <see cref="Complete"/>.</summary>
    /// <param name="id">Id of the trial.</param>
    /// <param name="challenger">The model that may be promoted.</param>
    /// <param name="champion">The model that serves.</param>
    /// <param name="rule">The question.</param>
    /// <param name="newerThan">The pool begins after this moment; null for none.</param>
    /// <param name="by">Who begins it.</param>
    /// <param name="now">The time, UTC.</param>
    public static ModelTrial Prepare(
        Guid id,
        RegisteredModel challenger,
        RegisteredModel champion,
        TrialRule rule,
        DateTimeOffset? newerThan,
        string by,
        DateTimeOffset now
    )
    {
        var trial = Begin(id, challenger, champion, rule, new TrialPool(0, 0, [], newerThan), by, now);
        trial.IsPreparing = true;
        return trial;
    }

    /// <summary>Records the photos when both models have answered them.</summary>
    /// <param name="pool">The photos.</param>
    /// <exception cref="InvalidOperationException">The photos are known already, or the trial has ended.</exception>
    public void Complete(TrialPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        if (!IsPreparing || EndedAt is not null)
            throw new InvalidOperationException($"Trial {Id} does not wait for answers.");
        (Photos, Disagreements, Classes) = (pool.Photos, pool.Disagreements, JsonSerializer.Serialize(pool.Classes));
        IsPreparing = false;
        Revision++;
    }

    /// <summary>Ends the trial because one of the models cannot answer photos here: a person has to decide.</summary>
    /// <param name="now">The time, UTC.</param>
    public void EndUnanswered(DateTimeOffset now)
    {
        if (EndedAt is not null)
            return;
        (Decision, Reason, EndedAt) = (GateDecision.Ask, GateReason.ModelUnusable, now);
        Revision++;
    }

    /// <summary>Returns what the gate decides on at the look that is due.</summary>
    /// <param name="labels">All labels on photos on which the models disagree.</param>
    /// <param name="brier">Difference of the Brier scores; null if it is not known.</param>
    public GateInput InputOf(IReadOnlyList<GateLabel> labels, PairedBrier? brier)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new GateInput(
            Photos,
            Disagreements,
            JsonSerializer.Deserialize<ImmutableArray<GateClass>>(Classes),
            labels,
            Plan.Due(labels.Sum(label => label.Count), Look) ?? Look,
            HasPassed
        )
        {
            Mode = Mode,
            Margin = Margin,
            MostLabels = MostLabels,
            Brier = brier,
        };
    }

    /// <summary>Records a decision. A decision other than to wait for labels ends the trial.</summary>
    /// <param name="input">What was decided on.</param>
    /// <param name="outcome">The decision.</param>
    /// <param name="now">The time, UTC.</param>
    /// <returns>The record of a look that happened; null while labels are missing for the next one.</returns>
    /// <exception cref="InvalidOperationException">The trial has ended.</exception>
    public TrialLook? Record(GateInput input, GateOutcome outcome, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(outcome);
        if (EndedAt is not null)
            throw new InvalidOperationException($"Trial {Id} ended at {EndedAt:O}.");
        (Decision, Reason, Needed) = (outcome.Decision, outcome.Reason, outcome.Needed);
        ReasonClasses = string.Join(',', outcome.Classes);
        Revision++;
        var waits = outcome.Reason == GateReason.NeedLabels;
        if (!waits)
            EndedAt = now;
        if (waits && input.Look == Look)
            return null;
        (Look, HasPassed) = (Math.Max(Look, input.Look), outcome.Passed);
        return TrialLook.Of(Id, input, outcome, now);
    }

    /// <summary>Whether the gate can decide now: nothing was decided yet, or a look is due.</summary>
    /// <param name="labels">Number of labels on photos on which the models disagree.</param>
    public bool IsDue(int labels) => Decision is null || Plan.Due(labels, Look) is not null;

    /// <summary>Counts the labels that are missing to the next look, between two looks.</summary>
    /// <param name="labels">Number of labels on photos on which the models disagree.</param>
    public void Wait(int labels)
    {
        var needed = Plan.Labels[Math.Min(Look, Plan.Looks - 1)] - labels;
        if (needed == Needed)
            return;
        Needed = needed;
        Revision++;
    }

    /// <summary>Ends the trial because no photo is left that could get a label that counts: a person has to decide.</summary>
    /// <param name="now">The time, UTC.</param>
    /// <exception cref="InvalidOperationException">The trial has ended.</exception>
    public void RunOut(DateTimeOffset now)
    {
        if (EndedAt is not null)
            throw new InvalidOperationException($"Trial {Id} ended at {EndedAt:O}.");
        (Decision, Reason, EndedAt) = (GateDecision.Ask, GateReason.LabelsRunOut, now);
        Revision++;
    }

    /// <summary>Ends the trial without a decision, because another model serves now or a newer trial replaces it.</summary>
    public void End(DateTimeOffset now)
    {
        if (EndedAt is not null)
            return;
        EndedAt = now;
        Revision++;
    }
}

/// <summary>The question that a trial answers.</summary>
/// <param name="Mode">Whether the challenger is not worse by the margin, or better.</param>
/// <param name="Margin">Margin of the accuracy, as a share of all photos.</param>
/// <param name="MostLabels">Number of labels that may be asked for.</param>
public sealed record TrialRule(GateMode Mode = GateMode.NonInferiority, double Margin = 0.02, int MostLabels = 200);

/// <summary>The photos of a trial.</summary>
/// <param name="Photos">Number of photos in the pool.</param>
/// <param name="Disagreements">Number of these on which the models disagree.</param>
/// <param name="Classes">Numbers of photos per class of the champion.</param>
/// <param name="NewerThan">When the newest photo was classified that trained one of the models; null for none.</param>
public sealed record TrialPool(int Photos, int Disagreements, ImmutableArray<GateClass> Classes, DateTimeOffset? NewerThan)
{
    /// <summary>Number of disagreements that the pipeline waits for, until <see cref="Patience"/> has passed.</summary>
    public const int WantedDisagreements = 50;

    /// <summary>Number of photos with which the pipeline does not wait for more disagreements.</summary>
    public const int Plenty = 500;

    /// <summary>How long the pipeline waits for more disagreements.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(7);

    /// <summary>
    /// Whether the pool is large enough for the pipeline to begin a trial. A trial uses only the photos that are there when it begins.
    /// </summary>
    /// <param name="waited">Time since the challenger was trained.</param>
    public bool IsEnough(TimeSpan waited) =>
        Photos >= Plenty || Photos >= PromotionGate.LeastPhotos && (Disagreements >= WantedDisagreements || waited >= Patience);
}

/// <summary>A look of a trial with all that was decided on, so that the decision can be repeated.</summary>
public sealed class TrialLook
{
    private TrialLook()
    {
        Input = null!;
        Outcome = null!;
    }

    /// <summary>UUIDv7: looks are ordered by time.</summary>
    public Guid Id { get; private init; }

    public Guid TrialId { get; private init; }

    /// <summary>Number of the look, from 1; 0 for a decision that needs no labels.</summary>
    public int Look { get; private init; }

    public DateTimeOffset At { get; private init; }

    /// <summary>The <see cref="GateInput"/>, as JSON.</summary>
    public string Input { get; private init; }

    /// <summary>The <see cref="GateOutcome"/>, as JSON.</summary>
    public string Outcome { get; private init; }

    /// <summary>Records a look.</summary>
    public static TrialLook Of(Guid trialId, GateInput input, GateOutcome outcome, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new TrialLook
        {
            Id = Guid.CreateVersion7(now),
            TrialId = trialId,
            Look = input.Look,
            At = now,
            Input = JsonSerializer.Serialize(input),
            Outcome = JsonSerializer.Serialize(outcome),
        };
    }

    /// <summary>Returns the recorded decision.</summary>
    public GateOutcome ReadOutcome() => JsonSerializer.Deserialize<GateOutcome>(Outcome)!;

    /// <summary>Decides again on the recorded input. The result equals <see cref="ReadOutcome"/>.</summary>
    public GateOutcome Replay() => PromotionGate.Decide(JsonSerializer.Deserialize<GateInput>(Input)!);
}
