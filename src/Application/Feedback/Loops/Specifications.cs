using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>What a rater currently says of one prediction on one topic: at most one row.</summary>
internal sealed class CurrentFeedback : Specification<UserFeedback>
{
    public CurrentFeedback(Guid predictionId, Actor rater, FeedbackTopic topic)
    {
        Query.Where(f => f.PredictionId == predictionId && f.Rater == rater && f.Topic == topic && f.EndedAt == null);
    }
}

/// <summary>All that a rater ever said of one prediction, oldest first.</summary>
internal sealed class FeedbackHistoryOf : Specification<UserFeedback>
{
    public FeedbackHistoryOf(IReadOnlyCollection<Guid> predictionIds, Actor rater)
    {
        Query.Where(f => predictionIds.Contains(f.PredictionId) && f.Rater == rater).OrderBy(f => f.Id).AsNoTracking();
    }
}

/// <summary>All that anybody ever said of some predictions, to be removed.</summary>
internal sealed class ErasableFeedback : Specification<UserFeedback>
{
    public ErasableFeedback(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(f => predictionIds.Contains(f.PredictionId));
    }
}

/// <summary>All that a rater currently says of some predictions.</summary>
internal sealed class CurrentFeedbackOnMany : Specification<UserFeedback>
{
    public CurrentFeedbackOnMany(IReadOnlyCollection<Guid> predictionIds, Actor rater)
    {
        Query.Where(f => predictionIds.Contains(f.PredictionId) && f.Rater == rater && f.EndedAt == null).AsNoTracking();
    }
}

/// <summary>All that anybody currently says of some predictions, oldest first.</summary>
internal sealed class EverybodysFeedbackOnMany : Specification<UserFeedback>
{
    public EverybodysFeedbackOnMany(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(f => predictionIds.Contains(f.PredictionId) && f.EndedAt == null).OrderBy(f => f.Id).AsNoTracking();
    }
}

/// <summary>The loops, to be changed or read.</summary>
internal sealed class AllLoops : Specification<FeedbackLoop>;

/// <summary>Changes of a loop, or of all, newest first.</summary>
internal sealed class LoopChangesOf : Specification<LoopChange>
{
    public LoopChangesOf(string? loop, int limit)
    {
        Query.OrderByDescending(change => change.Id).Take(limit).AsNoTracking();
        if (loop is not null)
            Query.Where(change => change.Loop == loop);
    }
}

/// <summary>The key that was made first.</summary>
internal sealed class OldestSamplingKey : Specification<SamplingKey>
{
    public OldestSamplingKey()
    {
        Query.OrderBy(key => key.CreatedAt).OrderBy(key => key.Id).Take(1).AsNoTracking();
    }
}

/// <summary>The key with this id.</summary>
internal sealed class SamplingKeyById : Specification<SamplingKey>
{
    public SamplingKeyById(string id)
    {
        Query.Where(key => key.Id == id).AsNoTracking();
    }
}

/// <summary>Windows that somebody began to close, oldest first.</summary>
internal sealed class UnclosedWindows : Specification<SamplingWindow>
{
    public UnclosedWindows()
    {
        Query.Where(window => window.ClosedAt == null).OrderBy(window => window.Id);
    }
}

/// <summary>The window with this id, to be closed.</summary>
internal sealed class WindowById : Specification<SamplingWindow>
{
    public WindowById(Guid id)
    {
        Query.Where(window => window.Id == id);
    }
}

/// <summary>What the loops drew from a window.</summary>
internal sealed class DrawsOfWindow : Specification<WindowDraw>
{
    public DrawsOfWindow(Guid windowId)
    {
        Query.Where(draw => draw.WindowId == windowId).OrderBy(draw => draw.Loop).AsNoTracking();
    }
}

/// <summary>What a loop selected of some predictions.</summary>
internal sealed class SelectionsOf : Specification<Selection>
{
    public SelectionsOf(string loop, IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(selection => predictionIds.Contains(selection.PredictionId) && selection.Loop == loop).AsNoTracking();
    }
}

/// <summary>What any loop selected of some predictions, to be removed.</summary>
internal sealed class ErasableSelections : Specification<Selection>
{
    public ErasableSelections(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(selection => predictionIds.Contains(selection.PredictionId));
    }
}

/// <summary>Predictions that no rule has looked at yet, oldest first, to be changed.</summary>
internal sealed class UnconsideredPredictions : Specification<Prediction>
{
    public UnconsideredPredictions(int limit)
    {
        Query.Where(prediction => prediction.SelectionState == SelectionState.Pending).OrderBy(prediction => prediction.Id).Take(limit);
    }
}

/// <summary>Those of these ids that are predictions, tracked.</summary>
internal sealed class PredictionsToChange : Specification<Prediction>
{
    public PredictionsToChange(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(prediction => ids.Contains(prediction.Id));
    }
}

/// <summary>Flags and corrections that no loop has looked at yet, oldest first, to be changed.</summary>
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

/// <summary>What was held back and waits for an administrator, oldest first, from a cursor on.</summary>
internal sealed class HeldBackFeedback : Specification<UserFeedback>
{
    public HeldBackFeedback(Guid? after, int limit)
    {
        Query.Where(fact => fact.SelectionState == FeedbackSelection.HeldBack).OrderBy(fact => fact.Id).Take(limit);
        if (after is { } id)
            Query.Where(fact => fact.Id > id);
    }
}

/// <summary>What a rater said in one way in a stretch of time, up to a fact; at most so many as decide.</summary>
internal sealed class FeedbackOfRaterBefore : Specification<UserFeedback>
{
    public FeedbackOfRaterBefore(Actor rater, FeedbackKind kind, DateTimeOffset since, Guid fact, int limit)
    {
        Query
            .Where(other => other.Rater == rater && other.Kind == kind && other.CreatedAt > since && other.Id < fact)
            .OrderByDescending(other => other.CreatedAt)
            .Take(limit);
    }
}

/// <summary>What was said in one way from one address in a stretch of time, up to a fact; at most so many as decide.</summary>
internal sealed class FeedbackOfOriginBefore : Specification<UserFeedback>
{
    public FeedbackOfOriginBefore(long origin, FeedbackKind kind, DateTimeOffset since, Guid fact, int limit)
    {
        Query
            .Where(other => other.Origin == origin && other.Kind == kind && other.CreatedAt > since && other.Id < fact)
            .OrderByDescending(other => other.CreatedAt)
            .Take(limit);
    }
}

/// <summary>What a loop selected, newest first, from a cursor on.</summary>
internal sealed class SelectionsOfLoop : Specification<Selection>
{
    public SelectionsOfLoop(string loop, Guid? before, int limit)
    {
        Query.Where(selection => selection.Loop == loop).OrderByDescending(selection => selection.Id).Take(limit).AsNoTracking();
        if (before is { } id)
            Query.Where(selection => selection.Id < id);
    }
}

/// <summary>Closed windows, newest first, from a cursor on.</summary>
internal sealed class ClosedWindows : Specification<SamplingWindow>
{
    public ClosedWindows(Guid? before, int limit)
    {
        Query.Where(window => window.ClosedAt != null).OrderByDescending(window => window.Id).Take(limit).AsNoTracking();
        if (before is { } id)
            Query.Where(window => window.Id < id);
    }
}

/// <summary>What the loops drew from some windows.</summary>
internal sealed class DrawsOfWindows : Specification<WindowDraw>
{
    public DrawsOfWindows(IReadOnlyCollection<Guid> windowIds)
    {
        Query.Where(draw => windowIds.Contains(draw.WindowId)).OrderBy(draw => draw.Loop).AsNoTracking();
    }
}

/// <summary>What random draws selected of some predictions.</summary>
internal sealed class RandomSelectionsOf : Specification<Selection>
{
    public RandomSelectionsOf(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(selection => predictionIds.Contains(selection.PredictionId) && selection.WindowId != null).AsNoTracking();
    }
}
