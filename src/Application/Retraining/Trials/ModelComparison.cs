using System.Collections.Immutable;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Compares the answers of two models on the photos of measuring windows that are newer than the training of both.</summary>
internal sealed class ModelComparison(IPoolReader reader, IModelSwitch models)
{
    /// <param name="Pool">The photos.</param>
    /// <param name="Differing">The photos on which the models disagree, with the indexes of both classes.</param>
    public sealed record Result(TrialPool Pool, IReadOnlyList<(WindowPhoto Photo, int Champion, int Challenger)> Differing);

    /// <summary>Whether the two models share a network whose embeddings are stored.</summary>
    public bool CanCompare(RegisteredModel challenger, RegisteredModel champion) => ReadModels(challenger, champion) is not null;

    /// <summary>Compares a model that may be promoted with the one that serves.</summary>
    /// <exception cref="ConflictException">The models do not share a network whose embeddings are stored.</exception>
    public async Task<Result> CompareAsync(RegisteredModel challenger, RegisteredModel champion, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(challenger);
        ArgumentNullException.ThrowIfNull(champion);
        if (ReadModels(challenger, champion) is not var (next, now))
            throw new ConflictException(
                $"Model {challenger.Version} cannot be compared with {champion.Version}, because the two do not share a network whose "
                    + "embeddings are stored. Promote it with a note that says how you judged it."
            );
        var newerThan =
            challenger.TrainedUntil > champion.TrainedUntil || champion.TrainedUntil is null
                ? challenger.TrainedUntil
                : champion.TrainedUntil;
        var photos = 0;
        var called = new int[champion.Model.Labels.Length];
        var differ = new int[called.Length];
        var differing = new List<(WindowPhoto, int, int)>();
        await foreach (var batch in reader.ReadAsync(challenger.Backbone, newerThan, cancellationToken))
        {
            foreach (var photo in batch)
            {
                // An embedding that is damaged or has another size says nothing about either model.
                if (
                    photo.Embedding.Length != next.Dimension
                    || now.Classify(photo.Embedding) is not { } before
                    || next.Classify(photo.Embedding) is not { } after
                )
                    continue;
                photos++;
                called[before]++;
                if (before == after)
                    continue;
                differ[before]++;
                differing.Add((photo.Photo, before, after));
            }
        }

        ImmutableArray<GateClass> classes = [.. called.Select((count, index) => new GateClass(index, count, differ[index]))];
        return new Result(new TrialPool(photos, differing.Count, classes, newerThan), differing);
    }

    private (ComparedModel Challenger, ComparedModel Champion)? ReadModels(RegisteredModel challenger, RegisteredModel champion) =>
        challenger.Backbone == champion.Backbone
        && ComparedModel.Of(challenger, models) is { } next
        && ComparedModel.Of(champion, models) is { } now
            ? (next, now)
            : null;
}
