using Ardalis.Specification;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>Selects a rater's current feedback on one prediction and topic: at most one row.</summary>
internal sealed class CurrentFeedback : Specification<UserFeedback>
{
    public CurrentFeedback(Guid predictionId, Actor rater, FeedbackTopic topic)
    {
        Query.Where(f => f.PredictionId == predictionId && f.Rater == rater && f.Topic == topic && f.EndedAt == null);
    }
}

/// <summary>Selects all feedback a rater ever gave, to change it.</summary>
internal sealed class FeedbackOf : Specification<UserFeedback>
{
    public FeedbackOf(Actor rater)
    {
        Query.Where(f => f.Rater == rater).OrderBy(f => f.Id);
    }
}

/// <summary>Selects all current feedback of a rater.</summary>
internal sealed class CurrentFeedbackOf : Specification<UserFeedback>
{
    public CurrentFeedbackOf(Actor rater)
    {
        Query.Where(f => f.Rater == rater && f.EndedAt == null).AsNoTracking();
    }
}

/// <summary>Selects all feedback a rater ever gave on some predictions, oldest first.</summary>
internal sealed class FeedbackHistoryOf : Specification<UserFeedback>
{
    public FeedbackHistoryOf(IReadOnlyCollection<Guid> predictionIds, Actor rater)
    {
        Query.Where(f => predictionIds.Contains(f.PredictionId) && f.Rater == rater).OrderBy(f => f.Id).AsNoTracking();
    }
}

/// <summary>Selects all feedback ever given on some predictions, to delete it.</summary>
internal sealed class ErasableFeedback : Specification<UserFeedback>
{
    public ErasableFeedback(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(f => predictionIds.Contains(f.PredictionId));
    }
}

/// <summary>Selects a rater's current feedback on some predictions.</summary>
internal sealed class CurrentFeedbackOnMany : Specification<UserFeedback>
{
    public CurrentFeedbackOnMany(IReadOnlyCollection<Guid> predictionIds, Actor rater)
    {
        Query.Where(f => predictionIds.Contains(f.PredictionId) && f.Rater == rater && f.EndedAt == null).AsNoTracking();
    }
}

/// <summary>
/// Selects all current feedback on some predictions that counts, oldest first. Feedback that is held for review, or that no loop has
/// considered yet, does not count.
/// </summary>
internal sealed class EverybodysFeedbackOnMany : Specification<UserFeedback>
{
    public EverybodysFeedbackOnMany(IReadOnlyCollection<Guid> predictionIds)
    {
        Query
            .Where(f => predictionIds.Contains(f.PredictionId) && f.EndedAt == null && f.SelectionState == FeedbackSelection.Considered)
            .OrderBy(f => f.Id)
            .AsNoTracking();
    }
}

/// <summary>Selects all loops, to read or change them.</summary>
internal sealed class AllLoops : Specification<FeedbackLoop>;

/// <summary>Selects the changes of a loop, or of all loops, newest first.</summary>
internal sealed class LoopChangesOf : Specification<LoopChange>
{
    public LoopChangesOf(string? loop, int limit)
    {
        Query.OrderByDescending(change => change.Id).Take(limit).AsNoTracking();
        if (loop is not null)
            Query.Where(change => change.Loop == loop);
    }
}

/// <summary>Selects the oldest sampling key.</summary>
internal sealed class OldestSamplingKey : Specification<SamplingKey>
{
    public OldestSamplingKey()
    {
        Query.OrderBy(key => key.CreatedAt).ThenBy(key => key.Id).Take(1).AsNoTracking();
    }
}

/// <summary>Selects the sampling key with this id.</summary>
internal sealed class SamplingKeyById : Specification<SamplingKey>
{
    public SamplingKeyById(string id)
    {
        Query.Where(key => key.Id == id).AsNoTracking();
    }
}

/// <summary>Selects windows whose closing has begun but not finished, oldest first.</summary>
internal sealed class UnclosedWindows : Specification<SamplingWindow>
{
    public UnclosedWindows()
    {
        Query.Where(window => window.ClosedAt == null).OrderBy(window => window.Id);
    }
}

/// <summary>Selects the window with this id, to close it.</summary>
internal sealed class WindowById : Specification<SamplingWindow>
{
    public WindowById(Guid id)
    {
        Query.Where(window => window.Id == id);
    }
}

/// <summary>Selects the draws of all loops from a window.</summary>
internal sealed class DrawsOfWindow : Specification<WindowDraw>
{
    public DrawsOfWindow(Guid windowId)
    {
        Query.Where(draw => draw.WindowId == windowId).OrderBy(draw => draw.Loop).AsNoTracking();
    }
}

/// <summary>Selects a loop's selections of some predictions.</summary>
internal sealed class SelectionsOf : Specification<Selection>
{
    public SelectionsOf(string loop, IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(selection => predictionIds.Contains(selection.PredictionId) && selection.Loop == loop).AsNoTracking();
    }
}

/// <summary>Selects the selections of some predictions by some loops, to change them.</summary>
internal sealed class SelectionsToChange : Specification<Selection>
{
    public SelectionsToChange(IReadOnlyCollection<string> loops, IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(selection => predictionIds.Contains(selection.PredictionId) && loops.Contains(selection.Loop));
    }
}

/// <summary>Selects the selections that a loop made by its rule since a moment with a known probability, to change them.</summary>
internal sealed class SureSelections : Specification<Selection>
{
    public SureSelections(string loop, DateTimeOffset since, int limit)
    {
        Query
            .Where(selection =>
                selection.Loop == loop && selection.CreatedAt >= since && selection.WindowId == null && selection.Probability != null
            )
            .OrderBy(selection => selection.Id)
            .Take(limit);
    }
}

/// <summary>Selects the candidates among some predictions that wait for some loops, to remove them.</summary>
internal sealed class WaitingOn : Specification<WaitingCandidate>
{
    public WaitingOn(IReadOnlyCollection<string> loops, IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(candidate => predictionIds.Contains(candidate.PredictionId) && loops.Contains(candidate.Loop));
    }
}

/// <summary>Selects the candidates among some predictions that wait for any loop, to remove them.</summary>
internal sealed class ErasableWaiting : Specification<WaitingCandidate>
{
    public ErasableWaiting(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(candidate => predictionIds.Contains(candidate.PredictionId));
    }
}

/// <summary>
/// Selects the candidates that wait for a loop, in the strategy's order, except those of classes and uploaders that have reached their
/// limit; to remove them.
/// </summary>
internal sealed class WaitingFor : Specification<WaitingCandidate>
{
    public WaitingFor(string loop, IReadOnlyCollection<int> withoutClasses, IReadOnlyCollection<Actor> withoutUploaders, int limit)
    {
        Query
            .Where(candidate => candidate.Loop == loop)
            .OrderBy(candidate => candidate.Priority)
            .ThenBy(candidate => candidate.PredictionId)
            .Take(limit);
        if (withoutClasses.Count > 0)
            Query.Where(candidate => !withoutClasses.Contains(candidate.PredictedIndex));
        if (withoutUploaders.Count > 0)
            Query.Where(candidate => !withoutUploaders.Contains(candidate.Uploader));
    }
}

/// <summary>Selects the current flags or corrections on some predictions that count, oldest first.</summary>
internal sealed class ConsideredFeedbackOn : Specification<UserFeedback>
{
    public ConsideredFeedbackOn(IReadOnlyCollection<Guid> predictionIds, FeedbackKind kind)
    {
        Query
            .Where(fact => predictionIds.Contains(fact.PredictionId) && fact.Kind == kind && fact.EndedAt == null)
            .Where(fact => fact.SelectionState == FeedbackSelection.Considered)
            .OrderBy(fact => fact.Id)
            .AsNoTracking();
    }
}

/// <summary>Selects the current flags or corrections on a prediction that count, except one.</summary>
internal sealed class OtherConsideredFeedback : Specification<UserFeedback>
{
    public OtherConsideredFeedback(Guid predictionId, FeedbackKind kind, Guid without)
    {
        Query
            .Where(fact => fact.PredictionId == predictionId && fact.Kind == kind && fact.EndedAt == null && fact.Id != without)
            .Where(fact => fact.SelectionState == FeedbackSelection.Considered)
            .AsNoTracking();
    }
}

/// <summary>Selects all selections of some predictions, to delete them.</summary>
internal sealed class ErasableSelections : Specification<Selection>
{
    public ErasableSelections(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(selection => predictionIds.Contains(selection.PredictionId));
    }
}

/// <summary>Selects predictions that no rule has considered yet, oldest first, to change them.</summary>
internal sealed class UnconsideredPredictions : Specification<Prediction>
{
    public UnconsideredPredictions(int limit)
    {
        Query.Where(prediction => prediction.SelectionState == SelectionState.Pending).OrderBy(prediction => prediction.Id).Take(limit);
    }
}

/// <summary>Selects flags and corrections that no loop has considered yet, oldest first, to change them.</summary>
internal sealed class UnconsideredFeedback : Specification<UserFeedback>
{
    public UnconsideredFeedback(int limit)
    {
        Query
            .Where(fact => fact.SelectionState == FeedbackSelection.Pending || fact.SelectionState == FeedbackSelection.Released)
            .OrderBy(fact => fact.Id)
            .Take(limit);
    }
}

/// <summary>Selects the feedback that is held for review, oldest first, from a cursor on.</summary>
internal sealed class HeldBackFeedback : Specification<UserFeedback>
{
    public HeldBackFeedback(Guid? after, int limit)
    {
        Query.Where(fact => fact.SelectionState == FeedbackSelection.HeldBack).OrderBy(fact => fact.Id).Take(limit);
        if (after is { } id)
            Query.Where(fact => fact.Id > id);
    }
}

/// <summary>Selects the selections of a loop, newest first, from a cursor on.</summary>
internal sealed class SelectionsOfLoop : Specification<Selection>
{
    public SelectionsOfLoop(string loop, Guid? before, int limit)
    {
        Query.Where(selection => selection.Loop == loop).OrderByDescending(selection => selection.Id).Take(limit).AsNoTracking();
        if (before is { } id)
            Query.Where(selection => selection.Id < id);
    }
}

/// <summary>Selects closed windows, newest first, from a cursor on.</summary>
internal sealed class ClosedWindows : Specification<SamplingWindow>
{
    public ClosedWindows(Guid? before, int limit)
    {
        Query.Where(window => window.ClosedAt != null).OrderByDescending(window => window.Id).Take(limit).AsNoTracking();
        if (before is { } id)
            Query.Where(window => window.Id < id);
    }
}

/// <summary>Selects the draws of all loops from some windows.</summary>
internal sealed class DrawsOfWindows : Specification<WindowDraw>
{
    public DrawsOfWindows(IReadOnlyCollection<Guid> windowIds)
    {
        Query.Where(draw => windowIds.Contains(draw.WindowId)).OrderBy(draw => draw.Loop).AsNoTracking();
    }
}

/// <summary>Selects the selections of some predictions that were made by random draws.</summary>
internal sealed class RandomSelectionsOf : Specification<Selection>
{
    public RandomSelectionsOf(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(selection => predictionIds.Contains(selection.PredictionId) && selection.WindowId != null).AsNoTracking();
    }
}

/// <summary>Selects selections without an up-to-date task, to change them.</summary>
internal sealed class SelectionsWithoutTask : Specification<Selection>
{
    public SelectionsWithoutTask(int limit)
    {
        Query.Where(selection => !selection.HasTask).OrderBy(selection => selection.Id).Take(limit);
    }
}

/// <summary>Selects loops whose last change must still be applied to open tasks, to change them.</summary>
internal sealed class ChangedLoops : Specification<FeedbackLoop>
{
    public ChangedLoops()
    {
        Query.Where(loop => loop.IsChangeDue).OrderBy(loop => loop.Name);
    }
}

/// <summary>Selects the draws of a loop that took photos which were deleted since.</summary>
internal sealed class ErasedDrawsOf : Specification<ErasedDraw>
{
    public ErasedDrawsOf(string loop, IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(draw => predictionIds.Contains(draw.PredictionId) && draw.Loop == loop).AsNoTracking();
    }
}

/// <summary>Selects all draws on disagreements of two models.</summary>
internal sealed class DrawsOnDisagreements : Specification<ExtraDraw>
{
    public DrawsOnDisagreements(Guid? trialId = null)
    {
        Query.Where(draw => draw.TrialId != null && (trialId == null || draw.TrialId == trialId)).OrderBy(draw => draw.Id).AsNoTracking();
    }
}

/// <summary>Selects all trials' disagreements on some photos.</summary>
internal sealed class DisagreementsOfPhotos : Specification<Disagreement>
{
    public DisagreementsOfPhotos(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(photo => predictionIds.Contains(photo.PredictionId)).AsNoTracking();
    }
}

/// <summary>Selects the photos on which the models of a trial disagree.</summary>
internal sealed class DisagreementsOfTrial : Specification<Disagreement>
{
    public DisagreementsOfTrial(Guid trialId)
    {
        Query.Where(photo => photo.TrialId == trialId).OrderBy(photo => photo.PredictionId).AsNoTracking();
    }
}
