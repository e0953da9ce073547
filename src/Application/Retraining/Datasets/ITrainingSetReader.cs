using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A photo of a dataset version with its embedding.</summary>
public sealed record TrainingItem
{
    /// <summary>The photo's prediction.</summary>
    public required Guid PredictionId { get; init; }

    /// <summary>Index of the class in the version's classes.</summary>
    public required int ClassIndex { get; init; }

    /// <summary>
    /// Share of the people for each class, one number per class, summing to 1; null if the class is the only one that people named.
    /// </summary>
    public required ImmutableArray<double>? Target { get; init; }

    /// <summary>Weight: 1 for a labelled photo, less for the model's own answer.</summary>
    public required double Weight { get; init; }

    /// <summary>The split of the photo's group.</summary>
    public required DatasetSplit Split { get; init; }

    /// <summary>The group of related photos. Photos of a group belong to the same fold.</summary>
    public required string Group { get; init; }

    /// <summary>The embedding: one finite number per dimension, the same length for all photos of a set.</summary>
    public required float[] Embedding { get; init; }
}

/// <summary>What a training set contains.</summary>
public sealed record TrainingSetSummary
{
    /// <summary>Content id of the dataset version.</summary>
    public required string DatasetId { get; init; }

    /// <summary>SHA-256 of the model file that computed the embeddings; null if no photo has one.</summary>
    public required string? Backbone { get; init; }

    /// <summary>The classes, in the order of the indexes.</summary>
    public required ImmutableArray<string> Classes { get; init; }

    /// <summary>Number of photos with a usable embedding.</summary>
    public required int Photos { get; init; }

    /// <summary>Number of photos without an embedding of this backbone, or with one that is not finite or has another length.</summary>
    public required int WithoutEmbedding { get; init; }

    /// <summary>Length of the embeddings; 0 without photos.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Position of each photo with a usable embedding, ascending.</summary>
    internal ImmutableArray<int> Positions { get; init; } = [];

    /// <summary>Id of the build.</summary>
    internal Guid VersionId { get; init; }
}

/// <summary>Reads dataset versions for training, in the order of the photos' hashes, so every read gives the same order.</summary>
public interface ITrainingSetReader
{
    /// <summary>Counts the photos that have a usable embedding. Deleted photos do not count.</summary>
    /// <param name="dataset">The version: content id or a prefix of it, number, id of the build, or <c>latest</c>.</param>
    /// <param name="backbone">SHA-256 of the model file that computed the embeddings; null for the one that most photos have.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="ConflictException">The version is not ready.</exception>
    Task<TrainingSetSummary> SummarizeAsync(string dataset, string? backbone, CancellationToken cancellationToken);

    /// <summary>Reads the photos that have a usable embedding, with one batch in memory.</summary>
    /// <param name="summary">The result of <see cref="SummarizeAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="ConflictException">A photo was deleted since the summary was made; start over.</exception>
    IAsyncEnumerable<TrainingItem> ReadAsync(TrainingSetSummary summary, CancellationToken cancellationToken);
}

internal sealed class TrainingSetReader(DatasetFinder finder, DatasetManifest manifest, IDatasetSource source) : ITrainingSetReader
{
    private const int Batch = 500;

    public async Task<TrainingSetSummary> SummarizeAsync(string dataset, string? backbone, CancellationToken cancellationToken)
    {
        var version = await finder.FindReadyAsync(dataset, cancellationToken);
        // One backbone gives one length, so an embedding of another length is damaged.
        var found = new Dictionary<(string Backbone, int Dimensions), ImmutableArray<int>.Builder>();
        var photos = 0;
        await foreach (var batch in ItemsAsync(version.Id, cancellationToken))
        {
            photos += batch.Length;
            var embeddings = (await EmbeddingsAsync(batch, cancellationToken)).ToDictionary(embedding => embedding.PredictionId);
            foreach (var item in batch)
            {
                if (embeddings.GetValueOrDefault(item.PredictionId ?? Guid.Empty) is not { } embedding || !IsFinite(embedding))
                    continue;
                var key = (embedding.Backbone, embedding.Values.Length / 2);
                if (!found.TryGetValue(key, out var positions))
                    found[key] = positions = ImmutableArray.CreateBuilder<int>();
                positions.Add(item.Position);
            }
        }

        var ranked = found
            .Where(pair => backbone is null || pair.Key.Backbone == backbone)
            .OrderByDescending(pair => pair.Value.Count)
            .ThenBy(pair => pair.Key.Backbone, StringComparer.Ordinal)
            .ThenBy(pair => pair.Key.Dimensions)
            .ToList();
        ImmutableArray<int> usable = ranked.Count == 0 ? [] : ranked[0].Value.ToImmutable();
        return new TrainingSetSummary
        {
            DatasetId = version.ContentId!,
            Backbone = ranked.Count == 0 ? backbone : ranked[0].Key.Backbone,
            Classes = version.Classes,
            Photos = usable.Length,
            WithoutEmbedding = photos - usable.Length,
            Dimensions = ranked.Count == 0 ? 0 : ranked[0].Key.Dimensions,
            Positions = usable,
            VersionId = version.Id,
        };
    }

    public async IAsyncEnumerable<TrainingItem> ReadAsync(
        TrainingSetSummary summary,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(summary);
        var wanted = summary.Positions.ToHashSet();
        var read = 0;
        await foreach (var batch in ItemsAsync(summary.VersionId, cancellationToken))
        {
            var photos = batch.Where(item => wanted.Contains(item.Position)).ToArray();
            var embeddings = (await EmbeddingsAsync(photos, cancellationToken)).ToDictionary(embedding => embedding.PredictionId);
            foreach (var item in photos)
            {
                if (!embeddings.TryGetValue(item.PredictionId!.Value, out var embedding))
                    break;
                read++;
                yield return new TrainingItem
                {
                    PredictionId = item.PredictionId.Value,
                    ClassIndex = item.ClassIndex!.Value,
                    Target = TargetOf(item, summary.Classes.Length),
                    Weight = item.Weight,
                    Split = item.Split,
                    Group = item.Group,
                    Embedding = embedding.ToFloats(),
                };
            }
        }

        if (read < summary.Photos)
            throw new ConflictException("A photo of the dataset was deleted in the meantime. Start again.");
    }

    private static ImmutableArray<double>? TargetOf(DatasetItem item, int classes)
    {
        if (item.Votes.IsEmpty)
            return null;
        double people = item.Votes.Values.Sum();
        return [.. Enumerable.Range(0, classes).Select(index => item.Votes.GetValueOrDefault(index) / people)];
    }

    private IAsyncEnumerable<DatasetItem[]> ItemsAsync(Guid versionId, CancellationToken cancellationToken) =>
        manifest.ReadAsync(versionId, cancellationToken).Where(item => item.DeletedAt is null).Chunk(Batch);

    private Task<IReadOnlyList<PhotoEmbedding>> EmbeddingsAsync(DatasetItem[] batch, CancellationToken cancellationToken) =>
        source.ReadEmbeddingsAsync([.. batch.Select(item => item.PredictionId).OfType<Guid>()], cancellationToken);

    private static bool IsFinite(PhotoEmbedding embedding) =>
        embedding.Values.Length > 0 && Array.TrueForAll(embedding.ToFloats(), float.IsFinite);
}
