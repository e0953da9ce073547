using System.Collections.Immutable;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Reads the photos that a trained model's temperature is fitted to.</summary>
internal sealed class MeasuredPhotos(SampleLoader loader, IPoolReader pool, TimeProvider time)
{
    private const int Days = 90;

    /// <summary>
    /// Reads the photos of measuring windows of the last 90 days that have a blind label by chance and an embedding. Photos of the other
    /// windows train, so the head knows their labels. On newer photos than those that train, the gate compares the model.
    /// </summary>
    /// <param name="network">The network whose embeddings are read.</param>
    /// <param name="until">When the newest photo was classified that trains the model, UTC; null for none.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async Task<ImmutableArray<TrainingPhoto>> ReadAsync(
        ModelDescription network,
        DateTimeOffset? until,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(network);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var sample = await loader.ReadAsync(new Period(today.AddDays(-Days), today), modelVersionIds: null, cancellationToken);
        var labelled = sample
            .Photos.Where(photo => photo is { State: DrawnState.Labelled, LabelIndex: not null })
            .Where(photo => OrphanScan.TimeOf(photo.PredictionId) <= until)
            .OrderBy(photo => photo.PredictionId)
            .ToList();
        var embeddings = await pool.ReadEmbeddingsAsync(
            network.Backbone,
            newerThan: null,
            [.. labelled.Select(photo => photo.PredictionId)],
            cancellationToken
        );
        var weights = new LabelWeights(sample);
        return
        [
            .. labelled
                .Where(photo =>
                    embeddings.TryGetValue(photo.PredictionId, out var embedding) && Array.TrueForAll(embedding, float.IsFinite)
                )
                .Select(photo => new TrainingPhoto(
                    [.. embeddings[photo.PredictionId]],
                    TrainingPhoto.OneHot(photo.LabelIndex!.Value, network.Labels.Length),
                    weights.Of(photo),
                    photo.PredictionId.ToString(),
                    network.Backbone
                )),
        ];
    }
}
