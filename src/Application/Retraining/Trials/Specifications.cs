using Ardalis.Specification;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Selects the trials that have not ended, oldest first.</summary>
internal sealed class OpenTrials : Specification<ModelTrial>
{
    /// <param name="isPreparing">
    /// True for those whose models still answer the photos, false for those that wait for labels; null for both.
    /// </param>
    public OpenTrials(bool? isPreparing = null)
    {
        Query
            .Where(trial => trial.EndedAt == null && (isPreparing == null || trial.IsPreparing == isPreparing))
            .OrderBy(trial => trial.Id)
            .Include(trial => trial.Challenger.Model)
            .Include(trial => trial.Champion.Model);
    }
}

/// <summary>Selects a trial.</summary>
internal sealed class TrialById : Specification<ModelTrial>
{
    public TrialById(Guid id)
    {
        Query.Where(trial => trial.Id == id).Include(trial => trial.Challenger.Model).Include(trial => trial.Champion.Model);
    }
}

/// <summary>Selects the latest trial of a challenger against a champion.</summary>
internal sealed class LatestTrialOf : Specification<ModelTrial>
{
    public LatestTrialOf(Guid challengerId, Guid? championId = null)
    {
        Query
            .Where(trial => trial.ChallengerId == challengerId && (championId == null || trial.ChampionId == championId))
            .OrderByDescending(trial => trial.Id)
            .Take(1)
            .Include(trial => trial.Challenger.Model)
            .Include(trial => trial.Champion.Model);
    }
}

/// <summary>Selects the tasks of a loop for some photos that have an answer.</summary>
internal sealed class AnsweredTasksOf : Specification<AnnotationTask>
{
    public AnsweredTasksOf(string loop, IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(task =>
            task.Loop == loop
            && predictionIds.Contains(task.PredictionId)
            && (task.State == TaskState.Labelled || task.State == TaskState.Unusable)
        );
    }
}

/// <summary>Selects trials, newest first.</summary>
internal sealed class AllTrials : Specification<ModelTrial>
{
    public AllTrials(Guid? before, int limit)
    {
        Query
            .OrderByDescending(trial => trial.Id)
            .Take(limit)
            .Include(trial => trial.Challenger.Model)
            .Include(trial => trial.Champion.Model);
        if (before is { } id)
            Query.Where(trial => trial.Id < id);
    }
}

/// <summary>Selects the looks of a trial, oldest first.</summary>
internal sealed class LooksOfTrial : Specification<TrialLook>
{
    public LooksOfTrial(Guid trialId)
    {
        Query.Where(look => look.TrialId == trialId).OrderBy(look => look.Id).AsNoTracking();
    }
}
