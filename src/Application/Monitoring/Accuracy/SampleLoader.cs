using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Monitoring;

/// <summary>Reads the sample that a monitoring query is about.</summary>
internal sealed class SampleLoader(ISampleReader reader, PeriodResolver periods, TimeProvider time)
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
    )
    {
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

    /// <exception cref="NotFoundException">There is no such model version.</exception>
    public async Task<Loaded> LoadAsync(PeriodQuery query, CancellationToken cancellationToken)
    {
        var (period, models, ids) = await periods.ResolveAsync(query, cancellationToken);
        var now = time.GetUtcNow();
        var both = await ReadAsync(new Period(period.Before.From, period.To), ids, cancellationToken);
        return new Loaded(
            period,
            Part(both, window => window.LastPhotoAt >= period.Start),
            Part(both, window => window.LastPhotoAt < period.Start),
            models.ToDictionary(model => model.Id),
            now
        );
    }

    /// <summary>Reads the sample of some days.</summary>
    /// <param name="period">The days.</param>
    /// <param name="modelVersionIds">The model versions; null for all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public Task<Sample> ReadAsync(Period period, IReadOnlyCollection<Guid>? modelVersionIds, CancellationToken cancellationToken) =>
        reader.ReadAsync(period.Start, period.End, modelVersionIds, time.GetUtcNow() - Patience, cancellationToken);

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
