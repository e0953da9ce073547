using Ardalis.Specification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Selects all registered models, the newest first.</summary>
internal sealed class AllRegisteredModels : Specification<RegisteredModel>
{
    public AllRegisteredModels()
    {
        Query.OrderByDescending(model => model.Id).Include(model => model.Model);
    }
}

/// <summary>Selects the models that were trained on one of these dataset versions, the oldest first.</summary>
internal sealed class ModelsTrainedOn : Specification<RegisteredModel>
{
    public ModelsTrainedOn(IReadOnlyCollection<string> datasetIds)
    {
        Query
            .Where(model => model.DatasetId != null && datasetIds.Contains(model.DatasetId))
            .OrderBy(model => model.Id)
            .Include(model => model.Model);
    }
}

/// <summary>Selects the registered model with this version.</summary>
internal sealed class RegisteredModelByVersion : Specification<RegisteredModel>
{
    public RegisteredModelByVersion(string version)
    {
        Query.Where(model => model.Version == version).Include(model => model.Model);
    }
}

/// <summary>Selects the registered model with this id.</summary>
internal sealed class RegisteredModelById : Specification<RegisteredModel>
{
    public RegisteredModelById(Guid id)
    {
        Query.Where(model => model.Id == id).Include(model => model.Model);
    }
}

/// <summary>Selects the registered model of a model version.</summary>
internal sealed class RegisteredModelOf : Specification<RegisteredModel>
{
    public RegisteredModelOf(Guid modelVersionId)
    {
        Query.Where(model => model.ModelVersionId == modelVersionId).Include(model => model.Model);
    }
}

/// <summary>Selects the imported model whose file has this hash.</summary>
internal sealed class ImportedNetwork : Specification<RegisteredModel>
{
    public ImportedNetwork(string sha256)
    {
        Query
            .Where(model => model.Origin == ModelOrigin.Imported && model.Model.Sha256 == sha256)
            .OrderBy(model => model.Id)
            .Take(1)
            .Include(model => model.Model);
    }
}

/// <summary>Selects the newest model that was trained on a dataset version.</summary>
internal sealed class ModelTrainedOn : Specification<RegisteredModel>
{
    public ModelTrainedOn(string datasetId)
    {
        Query.Where(model => model.DatasetId == datasetId).OrderByDescending(model => model.Id).Take(1).Include(model => model.Model);
    }
}

/// <summary>Selects the entry of the history that has not ended, with its model.</summary>
internal sealed class OpenServingPeriod : Specification<ServingPeriod>
{
    public OpenServingPeriod()
    {
        Query.Where(period => period.Until == null).Include(period => period.Model.Model);
    }
}

/// <summary>Selects the entry of the history that has not ended, without its model, whose head is large.</summary>
internal sealed class BareServingPeriod : Specification<ServingPeriod>
{
    public BareServingPeriod()
    {
        Query.Where(period => period.Until == null).AsNoTracking();
    }
}

/// <summary>Selects the history of service, the newest entry first, without the models, whose heads are large.</summary>
internal sealed class BareServingPeriods : Specification<ServingPeriod>
{
    public BareServingPeriods(int limit)
    {
        Query.OrderByDescending(period => period.Id).Take(limit).AsNoTracking();
    }
}

/// <summary>Selects the history of service, the newest entry first.</summary>
internal sealed class ServingPeriods : Specification<ServingPeriod>
{
    public ServingPeriods(Guid? before, int limit)
    {
        Query.OrderByDescending(period => period.Id).Take(limit).Include(period => period.Model.Model);
        if (before is { } id)
            Query.Where(period => period.Id < id);
    }
}

/// <summary>Selects the entry of the history at a moment.</summary>
internal sealed class ServingPeriodAt : Specification<ServingPeriod>
{
    public ServingPeriodAt(DateTimeOffset moment)
    {
        Query
            .Where(period => period.From <= moment && (period.Until == null || period.Until > moment))
            .OrderByDescending(period => period.Id)
            .Take(1)
            .Include(period => period.Model.Model);
    }
}
