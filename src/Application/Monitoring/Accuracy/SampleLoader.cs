using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>Reads the sample that a monitoring query is about.</summary>
internal sealed class SampleLoader(
    ISampleReader reader,
    PeriodResolver periods,
    IRepository<AccuracySnapshot> snapshots,
    RememberedResults results,
    TimeProvider time
)
{
    /// <summary>A task that people skipped counts as unusable after this time without a label.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromDays(14);

    /// <param name="Period">The days.</param>
    /// <param name="Sample">The sample of these days.</param>
    /// <param name="Before">The sample of the period of the same length before.</param>
    /// <param name="Models">All model versions, by id.</param>
    /// <param name="AsOf">When the sample was read, UTC.</param>
    public sealed record Loaded(
        Period Period,
        Sample Sample,
        Sample Before,
        IReadOnlyDictionary<Guid, ModelVersion> Models,
        DateTimeOffset AsOf
    ) : ResultCache.ISized
    {
        public int Rows => Sample.Photos.Count + Before.Photos.Count;

        /// <summary>The model versions that the query names; null for all.</summary>
        public required IReadOnlyCollection<Guid>? ModelVersionIds { get; init; }

        /// <summary>The day at whose end the sample was known as it is here; null for now.</summary>
        public DateOnly? AsKnownOn { get; init; }

        /// <summary>What was stored about exactly this period soon after that day; null if nothing was.</summary>
        public AccuracySnapshot? Snapshot { get; init; }

        /// <summary>The estimate on the sample.</summary>
        public SampleEstimate Result { get; } = SampleEstimate.Of(Sample);

        /// <summary>
        /// The classes of the models that answered in the period, in the order of the newest of these models; classes that only older
        /// models have come last.
        /// </summary>
        public IReadOnlyList<string> ClassNames { get; } =
        [
            .. Sample
                .Windows.Select(window => window.ModelVersionId)
                .Reverse()
                .Distinct()
                .SelectMany(id => Models[id].Labels)
                .Distinct(StringComparer.Ordinal),
        ];

        /// <summary>Returns the name of a class of a model; null for no class.</summary>
        public string? NameOf(Guid modelVersionId, int? index) => index is { } known ? Models[modelVersionId].Labels[known] : null;

        /// <summary>Returns the version of a model, as predictions name it.</summary>
        public string VersionOf(Guid modelVersionId) => Models[modelVersionId].Version;
    }

    /// <summary>Returns a result that is computed from the sample, or the remembered one if nothing has changed.</summary>
    /// <param name="query">The photos.</param>
    /// <param name="parameters">All else that the result depends on; null for nothing.</param>
    /// <param name="computeAsync">Computes the result.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="NotFoundException">There is no such model version.</exception>
    public async Task<T> ComputeAsync<T>(
        PeriodQuery query,
        object? parameters,
        Func<Loaded, Task<T>> computeAsync,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var resolved = await periods.ResolveAsync(query, cancellationToken);
        var stamp = await results.ReadStampAsync(cancellationToken);
        return await results.GetAsync((KeyOf(query, resolved), parameters), stamp, async () =>
            await computeAsync(await LoadAsync(query, resolved, stamp, cancellationToken))
        );
    }

    /// <summary>Returns a result that depends on nothing but the sample. See the other overload.</summary>
    public Task<T> ComputeAsync<T>(PeriodQuery query, Func<Loaded, T> compute, CancellationToken cancellationToken)
        where T : class => ComputeAsync(query, parameters: null, loaded => Task.FromResult(compute(loaded)), cancellationToken);

    /// <exception cref="NotFoundException">There is no such model version.</exception>
    public async Task<Loaded> LoadAsync(PeriodQuery query, CancellationToken cancellationToken) =>
        await LoadAsync(
            query,
            await periods.ResolveAsync(query, cancellationToken),
            await results.ReadStampAsync(cancellationToken),
            cancellationToken
        );

    private Task<Loaded> LoadAsync(PeriodQuery query, ResolvedPeriod resolved, Guid stamp, CancellationToken cancellationToken) =>
        results.GetAsync(KeyOf(query, resolved), stamp, () => ReadAsync(query, resolved, cancellationToken));

    private static object KeyOf(PeriodQuery query, ResolvedPeriod resolved) => (resolved.Key, query.AsKnownOn);

    private async Task<Loaded> ReadAsync(PeriodQuery query, ResolvedPeriod resolved, CancellationToken cancellationToken)
    {
        var (period, models, ids) = resolved;
        var now = time.GetUtcNow();
        var known = query.KnownBefore(now);
        var both = await reader.ReadAsync(period.Before.Start, period.End, ids, (known ?? now) - Patience, known, cancellationToken);
        return new Loaded(
            period,
            Part(both, window => window.LastPhotoAt >= period.Start),
            Part(both, window => window.LastPhotoAt < period.Start),
            models.ToDictionary(model => model.Id),
            now
        )
        {
            ModelVersionIds = ids,
            AsKnownOn = query.AsKnownOn,
            Snapshot = ids is null && query.AsKnownOn is { } day ? await FindSnapshotAsync(period, day, cancellationToken) : null,
        };
    }

    /// <summary>Returns the snapshot of the night after a day, if it is about the same photos. It is about all versions.</summary>
    private async Task<AccuracySnapshot?> FindSnapshotAsync(Period period, DateOnly day, CancellationToken cancellationToken) =>
        period.To == day
        && await snapshots.FirstOrDefaultAsync(new SnapshotOf(day.AddDays(1)), cancellationToken) is { } snapshot
        && (snapshot.From, snapshot.To) == (period.From, period.To)
            ? snapshot
            : null;

    /// <summary>Reads the sample of some days, as it is known now.</summary>
    /// <param name="period">The days.</param>
    /// <param name="modelVersionIds">The model versions; null for all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public Task<Sample> ReadAsync(Period period, IReadOnlyCollection<Guid>? modelVersionIds, CancellationToken cancellationToken) =>
        reader.ReadAsync(period.Start, period.End, modelVersionIds, time.GetUtcNow() - Patience, knownBefore: null, cancellationToken);

    /// <summary>Returns the part of a sample that is about some windows.</summary>
    private static Sample Part(Sample sample, Func<SampledWindow, bool> isIn)
    {
        var windows = sample.Windows.Where(isIn).ToList();
        var ids = windows.Select(window => window.Id).ToHashSet();
        return new Sample(
            windows,
            [.. sample.ExtraDraws.Where(draw => draw.Draw.Windows.Any(ids.Contains))],
            [.. sample.Photos.Where(photo => ids.Contains(photo.WindowId))]
        );
    }
}
