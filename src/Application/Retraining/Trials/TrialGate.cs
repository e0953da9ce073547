using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Lets the gate look at the labels of a trial, as the work of one step.</summary>
internal sealed class TrialGate(IRepository<TrialLook> looks, SampleLoader loader, PoolAnswers answers, TimeProvider time)
{
    /// <summary>Looks if a look is due.</summary>
    /// <param name="trial">The trial, which waits for labels.</param>
    /// <param name="photos">The photos on which the models disagree.</param>
    /// <param name="cancellationToken">Cancels the look.</param>
    /// <returns>Those of these photos that a draw took.</returns>
    public async Task<IReadOnlyList<DrawnPhoto>> LookAsync(
        ModelTrial trial,
        IReadOnlyList<Disagreement> photos,
        CancellationToken cancellationToken
    )
    {
        var sample = await loader.ReadAsync(trial, time.GetUtcNow(), cancellationToken);
        var differing = photos.ToDictionary(photo => photo.PredictionId);
        var drawn = sample.Photos.Where(photo => differing.ContainsKey(photo.PredictionId)).ToList();
        var weights = new LabelWeights(sample);
        var labels = drawn
            .Where(photo => photo.State == DrawnState.Labelled)
            .Select(photo => LabelOf(photo, differing[photo.PredictionId], weights.Of(photo)))
            .GroupBy(label => label)
            .Select(group => group.Key with { Count = group.Count() })
            .OrderBy(label => (label.Champion, label.Label, label.Outcome, label.Weight))
            .ToList();
        var count = labels.Sum(label => label.Count);
        if (!trial.IsDue(count))
        {
            trial.Wait(count);
            return drawn;
        }

        var input = trial.InputOf(labels, await CompareBrierAsync(trial, sample, weights, cancellationToken));
        if (trial.Record(input, PromotionGate.Decide(input), time.GetUtcNow()) is { } look)
            looks.Add(look);
        return drawn;
    }

    private static GateLabel LabelOf(DrawnPhoto photo, Disagreement models, double weight) =>
        new(
            weight,
            photo.LabelIndex == models.Challenger ? 1
                : photo.LabelIndex == models.Champion ? -1
                : 0,
            photo.LabelIndex,
            models.Champion
        );

    /// <summary>Compares the probabilities of both models on all photos of the pool that have a blind label by chance.</summary>
    private async Task<PairedBrier?> CompareBrierAsync(
        ModelTrial trial,
        Sample sample,
        LabelWeights weights,
        CancellationToken cancellationToken
    )
    {
        var labelled = sample.Photos.Where(photo => photo.State == DrawnState.Labelled).ToList();
        var compared = await answers.ReadAsync(
            trial.Challenger,
            trial.Champion,
            trial.NewerThan,
            [.. labelled.Select(photo => photo.PredictionId)],
            cancellationToken
        );
        var differences = new List<(double Weight, double Difference)>();
        foreach (var photo in labelled)
        {
            if (compared.GetValueOrDefault(photo.PredictionId) is not { } models)
                continue;
            var difference =
                PairedBrier.ScoreOf(models.Challenger.Values, photo.LabelIndex)
                - PairedBrier.ScoreOf(models.Champion.Values, photo.LabelIndex);
            differences.Add((weights.Of(photo), difference));
        }

        return PairedBrier.Of(differences);
    }
}
