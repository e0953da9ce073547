using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Monitoring;

/// <summary>The days and model versions that a monitoring query is about.</summary>
/// <param name="Period">The days.</param>
/// <param name="Models">All model versions, oldest first.</param>
/// <param name="ModelVersionIds">The model versions that the query names; null for all.</param>
internal sealed record ResolvedPeriod(Period Period, IReadOnlyList<ModelVersion> Models, IReadOnlyCollection<Guid>? ModelVersionIds);

/// <summary>Finds the days and model versions that a monitoring query is about.</summary>
internal sealed class PeriodResolver(ISampleReader reader, TimeProvider time)
{
    private const int FirstYear = 1970;
    private const int LastYear = 9998;
    private const int MostDays = 3660;

    /// <exception cref="ValidationException">The period ends before it starts, or is too long.</exception>
    /// <exception cref="NotFoundException">There is no such model version.</exception>
    public async Task<ResolvedPeriod> ResolveAsync(PeriodQuery query, CancellationToken cancellationToken)
    {
        // Near the ends of the calendar, days could not be added. Photos cannot be older than 1970, because their ids are UUIDv7.
        if (query.From?.Year < FirstYear || query.To?.Year < FirstYear || query.From?.Year > LastYear || query.To?.Year > LastYear)
            throw Refuse($"A period is between the years {FirstYear} and {LastYear}.");
        var period = query.Resolve(time.GetUtcNow());
        if (period.From > period.To)
            throw Refuse("The first day must not be after the last day.");
        if (period.Days > MostDays)
            throw Refuse($"A period has at most {MostDays} days.");
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

    private static ValidationException Refuse(string message) => new([new ValidationFailure("from", message)]);

    private static bool IsNamed(ModelVersion model, string name) =>
        model.Version == name
        || $"{model.Name} {model.Version}" == name
        || $"{model.Name}/{model.Version}" == name
        || model.Sha256 == name
        || (Guid.TryParse(name, out var id) && model.Id == id);
}
