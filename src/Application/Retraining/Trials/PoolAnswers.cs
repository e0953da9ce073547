using System.Runtime.CompilerServices;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A photo that two models answered.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Challenger">The answer of the model that may be promoted.</param>
/// <param name="Champion">The answer of the model that serves.</param>
internal sealed record ComparedPhoto(WindowPhoto Photo, ClassProbabilities Challenger, ClassProbabilities Champion);

/// <summary>
/// Finds the answers of two models on photos of measuring windows. Heads on one network are applied to stored embeddings. Otherwise each
/// model's answer is the one that it gave when it served, that it gave in shadow, or that was computed for the comparison.
/// </summary>
internal sealed class PoolAnswers(IPoolReader reader, IModelSwitch models)
{
    /// <summary>Whether the two models share a network whose embeddings are stored.</summary>
    public bool ShareNetwork(RegisteredModel challenger, RegisteredModel champion) => ReadHeads(challenger, champion) is not null;

    /// <summary>Reads the photos that both models answered. Photos without a usable answer say nothing about either model.</summary>
    public async IAsyncEnumerable<ComparedPhoto> ReadAsync(
        RegisteredModel challenger,
        RegisteredModel champion,
        DateTimeOffset? newerThan,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(challenger);
        ArgumentNullException.ThrowIfNull(champion);
        if (ReadHeads(challenger, champion) is var (next, now))
        {
            await foreach (var batch in reader.ReadAsync(challenger.Backbone, newerThan, cancellationToken))
            {
                foreach (var photo in batch)
                {
                    if (
                        photo.Embedding.Length == next.Dimension
                        && next.Answer(photo.Embedding) is { } after
                        && now.Answer(photo.Embedding) is { } before
                    )
                        yield return new ComparedPhoto(photo.Photo, after, before);
                }
            }

            yield break;
        }

        var (one, other) = (new Finder(challenger, models), new Finder(champion, models));
        await foreach (var batch in reader.ReadAnswersAsync([challenger.Id, champion.Id], newerThan, cancellationToken))
        {
            foreach (var photo in batch)
            {
                if (one.Find(photo).Answer is { } after && other.Find(photo).Answer is { } before)
                    yield return new ComparedPhoto(photo.Photo, after, before);
            }
        }
    }

    /// <summary>Reads those of some photos that both models answered.</summary>
    public async Task<IReadOnlyDictionary<Guid, ComparedPhoto>> ReadAsync(
        RegisteredModel challenger,
        RegisteredModel champion,
        DateTimeOffset? newerThan,
        IReadOnlyCollection<Guid> predictionIds,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(challenger);
        ArgumentNullException.ThrowIfNull(champion);
        var heads = ReadHeads(challenger, champion);
        var (one, other) = (new Finder(challenger, models), new Finder(champion, models));
        var found = new Dictionary<Guid, ComparedPhoto>();
        foreach (var photo in await reader.ReadAnswersAsync([challenger.Id, champion.Id], newerThan, predictionIds, cancellationToken))
        {
            var (after, before) = heads is var (next, now)
                ? photo.Embedding is { } embedding && embedding.Backbone == challenger.Backbone && embedding.Size == next.Dimension
                    ? (next.Answer(embedding.ToFloats()), now.Answer(embedding.ToFloats()))
                    : (null, null)
                : (one.Find(photo).Answer, other.Find(photo).Answer);
            if (after is not null && before is not null)
                found.Add(photo.Photo.PredictionId, new ComparedPhoto(photo.Photo, after, before));
        }

        return found;
    }

    /// <summary>Reads the photos whose answer by a model is not known, in batches.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Guid>> ReadMissingAsync(
        RegisteredModel model,
        DateTimeOffset? newerThan,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        var finder = new Finder(model, models);
        await foreach (var batch in reader.ReadAnswersAsync([model.Id], newerThan, cancellationToken))
        {
            List<Guid> missing = [.. batch.Where(photo => !finder.Find(photo).IsKnown).Select(photo => photo.Photo.PredictionId)];
            if (missing.Count > 0)
                yield return missing;
        }
    }

    private (ComparedModel Challenger, ComparedModel Champion)? ReadHeads(RegisteredModel challenger, RegisteredModel champion) =>
        challenger.Backbone == champion.Backbone
        && ComparedModel.Of(challenger, models) is { } next
        && ComparedModel.Of(champion, models) is { } now
            ? (next, now)
            : null;

    /// <summary>Finds the answer of a model.</summary>
    private sealed class Finder(RegisteredModel model, IModelSwitch models)
    {
        private readonly ComparedModel? head = ComparedModel.Of(model, models);

        /// <returns>Whether it is known, and the answer; null if the photo could not be answered.</returns>
        public (bool IsKnown, ClassProbabilities? Answer) Find(AnsweredPhoto photo)
        {
            if (photo.Photo.ModelVersionId == model.ModelVersionId)
                return (true, photo.Given);
            if (photo.Answers.FirstOrDefault(answer => answer.ModelId == model.Id) is { } stored)
                return (true, stored.Read());
            return
                head is not null
                && photo.Embedding is { } embedding
                && embedding.Backbone == model.Backbone
                && embedding.Size == head.Dimension
                ? (true, head.Answer(embedding.ToFloats()))
                : (false, null);
        }
    }
}
