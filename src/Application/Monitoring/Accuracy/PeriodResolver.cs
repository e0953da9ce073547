using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Monitoring;

/// <summary>The days and model versions that a monitoring query is about.</summary>
/// <param name="Period">The days.</param>
/// <param name="Models">All model versions, oldest first.</param>
/// <param name="ModelVersionIds">The model versions that the query names; null for all.</param>
internal sealed record ResolvedPeriod(Period Period, IReadOnlyList<ModelVersion> Models, IReadOnlyCollection<Guid>? ModelVersionIds)
{
    /// <summary>Equal for queries about the same days and model versions.</summary>
    public object Key => (Period, ModelVersionIds is null ? null : string.Join(' ', ModelVersionIds));
}

/// <summary>Finds the days and model versions that a monitoring query is about.</summary>
internal sealed class PeriodResolver(ISampleReader reader, TimeProvider time)
{
    /// <exception cref="ValidationException">The period ends before it starts, or is too long.</exception>
    /// <exception cref="NotFoundException">There is no such model version.</exception>
    public async Task<ResolvedPeriod> ResolveAsync(PeriodQuery query, CancellationToken cancellationToken)
    {
        var period = query.Resolve(time.GetUtcNow());
        var models = await reader.ListModelVersionsAsync(cancellationToken);
        IReadOnlyCollection<Guid>? ids = null;
        if (query.ModelVersion is { Length: > 0 } name)
        {
            ids = [.. models.Where(model => IsNamed(model, name)).Select(model => model.Id)];
            if (ids.Count == 0)
                throw new NotFoundException($"Model version {name}");
        }

        return new ResolvedPeriod(period, models, ids);
    }

    private static bool IsNamed(ModelVersion model, string name) =>
        model.Version == name
        || $"{model.Name} {model.Version}" == name
        || $"{model.Name}/{model.Version}" == name
        || model.Sha256 == name
        || (Guid.TryParse(name, out var id) && model.Id == id);
}
