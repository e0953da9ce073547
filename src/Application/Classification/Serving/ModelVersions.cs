using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

internal static class ModelVersions
{
    /// <summary>Returns the row of a loaded model. Adds the row in this step when the model answers here for the first time.</summary>
    public static async Task<ModelVersion> FindOrRegisterAsync(
        this IRepository<ModelVersion> models,
        ModelDescription loaded,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (await models.FirstOrDefaultAsync(new ModelVersionOf(loaded), cancellationToken) is { } known)
            return known;
        var version = ModelVersion.Register(
            loaded.Name,
            loaded.Version,
            loaded.Variant,
            loaded.Sha256,
            loaded.Temperature,
            loaded.Labels,
            now
        );
        models.Add(version);
        return version;
    }
}
