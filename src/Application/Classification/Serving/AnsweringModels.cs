using System.Runtime.CompilerServices;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>Remembers the rows of the models that answer. They never change, so an upload need not read its model's row.</summary>
internal sealed class AnsweringModels
{
    private readonly ConditionalWeakTable<ModelDescription, ModelVersion> rows = [];

    /// <summary>Returns the row of a loaded model, as <see cref="ModelVersions.FindOrRegisterAsync"/> does.</summary>
    /// <param name="loaded">The model.</param>
    /// <param name="work">The step. The row is remembered when it is committed.</param>
    /// <param name="models">The rows of the step.</param>
    /// <param name="now">When the model answered, UTC.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    public async Task<ModelVersion> FindOrRegisterAsync(
        ModelDescription loaded,
        IUnitOfWork work,
        IRepository<ModelVersion> models,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (rows.TryGetValue(loaded, out var known))
        {
            models.Attach(known);
            return known;
        }

        var version = await models.FindOrRegisterAsync(loaded, now, cancellationToken);
        work.AfterCommit(() => rows.AddOrUpdate(loaded, version));
        return version;
    }
}
