using System.Collections.Immutable;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Compares the answers of two models on the photos of measuring windows that are newer than the training of both.</summary>
internal sealed class ModelComparison(PoolAnswers answers, IPoolReader reader)
{
    /// <summary>Most photos that models answer for a comparison; of more, the newest ones.</summary>
    public const int MostComputed = 5000;

    /// <param name="Pool">The photos.</param>
    /// <param name="Differing">The photos on which the models disagree, with the indexes of both classes.</param>
    public sealed record Result(TrialPool Pool, IReadOnlyList<(WindowPhoto Photo, int Champion, int Challenger)> Differing);

    /// <summary>Whether all answers are known: the two models share a network whose embeddings are stored.</summary>
    public bool CanCompare(RegisteredModel challenger, RegisteredModel champion) => answers.ShareNetwork(challenger, champion);

    /// <summary>Returns when the newest photo was classified that trained one of the models, UTC; null for none.</summary>
    public static DateTimeOffset? NewestPhotoOf(RegisteredModel challenger, RegisteredModel champion)
    {
        ArgumentNullException.ThrowIfNull(challenger);
        ArgumentNullException.ThrowIfNull(champion);
        return challenger.TrainedUntil > champion.TrainedUntil || champion.TrainedUntil is null
            ? challenger.TrainedUntil
            : champion.TrainedUntil;
    }

    /// <summary>Returns the moment after which photos are compared whose answers have to be computed; null for none.</summary>
    public async Task<DateTimeOffset?> FindStartAsync(
        RegisteredModel challenger,
        RegisteredModel champion,
        CancellationToken cancellationToken
    )
    {
        var newest = NewestPhotoOf(challenger, champion);
        return await reader.FindStartAsync(newest, MostComputed, cancellationToken) ?? newest;
    }

    /// <summary>Compares a model that may be promoted with the one that serves, on the photos that both have answered.</summary>
    /// <param name="challenger">The model that may be promoted.</param>
    /// <param name="champion">The model that serves.</param>
    /// <param name="newerThan">Photos that were classified up to this moment are left out; null for none.</param>
    /// <param name="cancellationToken">Cancels the comparison.</param>
    public async Task<Result> CompareAsync(
        RegisteredModel challenger,
        RegisteredModel champion,
        DateTimeOffset? newerThan,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(challenger);
        ArgumentNullException.ThrowIfNull(champion);
        var photos = 0;
        var called = new int[champion.Model.Labels.Length];
        var differ = new int[called.Length];
        var differing = new List<(WindowPhoto, int, int)>();
        await foreach (var photo in answers.ReadAsync(challenger, champion, newerThan, cancellationToken))
        {
            var (before, after) = (photo.Champion.PredictedIndex, photo.Challenger.PredictedIndex);
            photos++;
            called[before]++;
            if (before == after)
                continue;
            differ[before]++;
            differing.Add((photo.Photo, before, after));
        }

        ImmutableArray<GateClass> classes = [.. called.Select((count, index) => new GateClass(index, count, differ[index]))];
        return new Result(new TrialPool(photos, differing.Count, classes, newerThan), differing);
    }
}
