using Ardalis.Specification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Selects the trainings that have not ended, oldest first.</summary>
internal sealed class OpenTrainings : Specification<TrainingRun>
{
    public OpenTrainings()
    {
        Query.Where(run => run.EndedAt == null).OrderBy(run => run.Id);
    }
}

/// <summary>Selects a training.</summary>
internal sealed class TrainingById : Specification<TrainingRun>
{
    public TrainingById(Guid id)
    {
        Query.Where(run => run.Id == id);
    }
}

/// <summary>Selects trainings, newest first.</summary>
internal sealed class AllTrainings : Specification<TrainingRun>
{
    public AllTrainings(Guid? before, int limit)
    {
        Query.OrderByDescending(run => run.Id).Take(limit);
        if (before is { } id)
            Query.Where(run => run.Id < id);
    }
}

/// <summary>Selects the registered models with these ids.</summary>
internal sealed class RegisteredModelsWithIds : Specification<RegisteredModel>
{
    public RegisteredModelsWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(model => ids.Contains(model.Id)).Include(model => model.Model);
    }
}
