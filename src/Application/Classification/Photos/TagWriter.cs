using System.Globalization;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>Writes the tags of photos in the object store as the lab's scripts read them, after each change of what they tell.</summary>
internal sealed class TagWriter(
    IObjectStore store,
    IRepository<Prediction> predictions,
    IPredictionFacts facts,
    SpoolMetrics metrics,
    ILogger<TagWriter> logger
)
{
    private const int Batch = 100;

    /// <summary>Most characters of a tag's value that S3 takes.</summary>
    private const int ValueLength = 256;

    /// <returns>How many photos have new tags, and how many turned out to be nowhere.</returns>
    /// <exception cref="StoreUnavailableException">The object store is away; what was written counts.</exception>
    public async Task<(int Written, int Lost)> RunAsync(CancellationToken cancellationToken)
    {
        var (written, lost) = (0, 0);
        Guid? after = null;
        while (
            store.KeepsTags
            && await predictions.ListAsync(new PredictionsWithDirtyTags(after, Batch), cancellationToken) is { Count: > 0 } dirty
        )
        {
            after = dirty[^1].Id;
            var said = await facts.OfAllAsync(dirty, cancellationToken);
            try
            {
                foreach (var prediction in dirty)
                    await WriteAsync(prediction, said.GetValueOrDefault(prediction.Id, PredictionFacts.None), cancellationToken);
            }
            finally
            {
                var saved = await SaveAsync(dirty);
                (written, lost) = (written + saved.Written, lost + saved.Lost);
            }
        }

        return (written, lost);
    }

    private async Task WriteAsync(Prediction prediction, PredictionFacts said, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteTagsAsync(PhotoKeeper.AddressOf(prediction), TagsOf(prediction, said), cancellationToken);
            prediction.MarkTagsWritten();
        }
        catch (NotFoundException)
        {
            prediction.MarkImageLost();
            metrics.Lost();
            logger.LogError(
                "The photo of prediction {PredictionId} is lost: somebody removed {Object}",
                prediction.Id,
                PhotoKeeper.AddressOf(prediction)
            );
        }
    }

    /// <returns>How many rows of each kind were saved: none when feedback came in between, then the next run writes these tags again.</returns>
    private async Task<(int Written, int Lost)> SaveAsync(IReadOnlyList<Prediction> batch)
    {
        var written = batch.Count(prediction => prediction.TagsState == TagsState.Clean);
        var lost = batch.Count(prediction => prediction.ImageState == ImageState.Lost);
        try
        {
            await predictions.SaveChangesAsync(CancellationToken.None);
            predictions.Release();
            return (written, lost);
        }
        catch (ConcurrentChangeException)
        {
            await RemoveErasedAsync(batch);
            return (0, 0);
        }
    }

    /// <summary>Whoever erased one of them meanwhile may have done so before its tags were written.</summary>
    private async Task RemoveErasedAsync(IReadOnlyList<Prediction> batch)
    {
        var ids = batch.Select(prediction => prediction.Id).ToHashSet();
        ids.ExceptWith(
            (await predictions.ListAsync(new PredictionsWithIds(ids), CancellationToken.None)).Select(prediction => prediction.Id)
        );
        foreach (var erased in batch.Where(prediction => ids.Contains(prediction.Id)))
            await store.DeleteAsync(PhotoKeeper.AddressOf(erased), CancellationToken.None);
    }

    private static Dictionary<string, string> TagsOf(Prediction prediction, PredictionFacts said)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["predicted_class"] = Allowed(prediction.PredictedClass.Name),
            ["confidence"] = prediction.Confidence.ToString("0.000", CultureInfo.InvariantCulture),
            ["timestamp"] = prediction.CreatedAt.ToUtcText(),
        };
        if (said.Flagged)
            tags["flagged"] = "true";
        if (said.Class is { } corrected && corrected != prediction.PredictedClass.Name)
            tags["corrected_class"] = Allowed(corrected);
        return tags;
    }

    /// <summary>S3 takes letters, digits, spaces and a few signs in a tag; what it does not take becomes an underscore.</summary>
    private static string Allowed(string value) =>
        string.Concat(
            value
                .Take(ValueLength)
                .Select(c => char.IsLetterOrDigit(c) || c is ' ' or '+' or '-' or '=' or '.' or '_' or ':' or '/' or '@' ? c : '_')
        );
}
