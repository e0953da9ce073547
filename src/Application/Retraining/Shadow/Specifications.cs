using Ardalis.Specification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Selects the run in shadow that goes on.</summary>
internal sealed class OpenShadowRun : Specification<ShadowRun>
{
    public OpenShadowRun()
    {
        Query.Where(run => run.IsOpen == true).Include(run => run.Challenger.Model).Include(run => run.Champion.Model);
    }
}

/// <summary>Selects a run in shadow.</summary>
internal sealed class ShadowRunById : Specification<ShadowRun>
{
    public ShadowRunById(Guid id)
    {
        Query.Where(run => run.Id == id).Include(run => run.Challenger.Model).Include(run => run.Champion.Model);
    }
}

/// <summary>Selects the latest run in shadow, of one model or of all.</summary>
internal sealed class LatestShadowRun : Specification<ShadowRun>
{
    public LatestShadowRun(string? version = null)
    {
        Query
            .Where(run => version == null || run.Challenger.Version == version)
            .OrderByDescending(run => run.Id)
            .Take(1)
            .Include(run => run.Challenger.Model)
            .Include(run => run.Champion.Model);
    }
}

/// <summary>Selects the stored answers of a model on some photos.</summary>
internal sealed class AnswersOfModel : Specification<ModelAnswer>
{
    public AnswersOfModel(Guid modelId, IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(answer => predictionIds.Contains(answer.PredictionId) && answer.ModelId == modelId);
    }
}
