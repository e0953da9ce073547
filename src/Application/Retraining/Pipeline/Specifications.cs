using Ardalis.Specification;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Selects the run of the pipeline that goes on.</summary>
internal sealed class OpenPipelineRun : Specification<PipelineRun>
{
    public OpenPipelineRun()
    {
        Query.Where(run => run.IsOpen == true);
    }
}

/// <summary>Selects a run of the pipeline.</summary>
internal sealed class PipelineRunById : Specification<PipelineRun>
{
    public PipelineRunById(Guid id)
    {
        Query.Where(run => run.Id == id);
    }
}

/// <summary>Selects the latest runs of the pipeline, newest first.</summary>
internal sealed class LatestPipelineRuns : Specification<PipelineRun>
{
    public LatestPipelineRuns(int limit)
    {
        Query.OrderByDescending(run => run.Id).Take(limit);
    }
}

/// <summary>Selects the rules of the pipeline.</summary>
internal sealed class ThePipelineRules : Specification<PipelineRules>
{
    public ThePipelineRules()
    {
        Query.Where(rules => rules.Id == PipelineRules.OnlyId);
    }
}

/// <summary>Selects the alerts that fail now.</summary>
internal sealed class FailingAlerts : Specification<Alert>
{
    public FailingAlerts()
    {
        Query.Where(alert => alert.State == AlertState.Failing).AsNoTracking();
    }
}
