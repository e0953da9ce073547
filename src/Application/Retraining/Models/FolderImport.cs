using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Checks a model folder from elsewhere and keeps its files.</summary>
internal sealed class FolderImport(
    IModelInspector inspector,
    IModelFiles files,
    IModelSwitch models,
    IRepository<ModelVersion> versions,
    IRepository<RegisteredModel> registered
)
{
    /// <param name="Model">The model.</param>
    /// <param name="Report">What its trainer reports, as JSON; null for nothing.</param>
    public sealed record Folder(ModelDescription Model, string? Report);

    /// <summary>
    /// Tries the model in a child process, because a file can crash the runtime, and copies the folder to the store. Nothing is kept of a
    /// model that cannot be used.
    /// </summary>
    /// <exception cref="UnusableModelException">The model cannot be used.</exception>
    /// <exception cref="ConflictException">The version is taken.</exception>
    public async Task<Folder> KeepAsync(string directory, CancellationToken cancellationToken)
    {
        var inspection = await inspector.InspectAsync(directory, cancellationToken);
        if (!inspection.Passed)
            throw new UnusableModelException(inspection.Fault!);
        var model = models.Base with
        {
            Name = inspection.Name!,
            Version = inspection.Version!,
            Variant = inspection.Variant!,
            Sha256 = inspection.Sha256!,
            Backbone = inspection.Sha256!,
            Temperature = inspection.Temperature!.Value,
            EmbeddingSize = inspection.EmbeddingSize,
            Validation = null,
        };
        await RequireFreeAsync(model, cancellationToken);
        var report = await files.ReadReportAsync(directory, cancellationToken);
        await files.KeepAsync(directory, model.Version, cancellationToken);
        return new Folder(model, report);
    }

    /// <summary>Returns the row that predictions of the model refer to, within a step.</summary>
    /// <exception cref="ConflictException">The version was taken meanwhile.</exception>
    public async Task<ModelVersion> RegisterAsync(ModelDescription model, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await RequireFreeAsync(model, cancellationToken);
        return await versions.FindOrRegisterAsync(model, now, cancellationToken);
    }

    private async Task RequireFreeAsync(ModelDescription model, CancellationToken cancellationToken)
    {
        if (await registered.FirstOrDefaultAsync(new RegisteredModelByVersion(model.Version), cancellationToken) is { } taken)
            throw new ConflictException(
                taken.Model.Sha256 == model.Sha256
                    ? $"This model is registered already, as version {taken.Version}."
                    : $"Version {model.Version} is another model here. Give the manifest of this one another version."
            );
        if (
            await versions.FirstOrDefaultAsync(new ModelVersionOf(model), cancellationToken) is { } known
            && await registered.FirstOrDefaultAsync(new RegisteredModelOf(known.Id), cancellationToken) is { } same
        )
            throw new ConflictException($"This model is registered already, as version {same.Version}.");
    }
}
