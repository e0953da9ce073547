using System.Globalization;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Writes the tags that the lab's scripts read to photos in the object store, after each change of the tagged data. If the store refuses
/// one photo's tags, the tags of the others are still written.
/// </summary>
internal sealed class TagWriter(
    IUnitOfWork work,
    IObjectStore store,
    IRepository<Prediction> predictions,
    IPredictionFacts facts,
    MissingPhotos missing,
    ILogger<TagWriter> logger
)
{
    private const int Batch = 100;

    /// <summary>Failures in a row that mean that the store is unavailable, rather than that single photos have a problem.</summary>
    private const int MostFailures = 3;

    /// <param name="Written">Photos whose tags were written.</param>
    /// <param name="Refused">Photos whose tags the store refuses.</param>
    /// <param name="Missing">Photos newly marked as missing.</param>
    public sealed record Result(int Written, int Refused, int Missing);

    /// <exception cref="StoreUnavailableException">
    /// The tags of some photos could not be written, or too many photos are missing. Tags written so far stay written.
    /// </exception>
    public async Task<Result> RunAsync(CancellationToken cancellationToken)
    {
        var (written, refused, examined) = (0, 0, 0);
        var gone = new List<MissingPhotos.Sighting>();
        StoreUnavailableException? failure = null;
        Guid? after = null;
        var isAway = false;
        while (
            !isAway
            && store.KeepsTags
            && await work.RunStepAsync((TagWriter step) => step.WriteBatchAsync(after, cancellationToken)) is { Last: not null } done
        )
        {
            (after, written, refused, examined) = (done.Last, written + done.Written, refused + done.Refused, examined + done.Examined);
            gone.AddRange(done.Gone);
            failure ??= done.Failure;
            isAway = done.IsAway;
        }

        if (failure is not null)
            throw new StoreUnavailableException($"Some tags could not be written: {failure.Message}", failure);
        return new Result(written, refused, await missing.MarkAsync(gone, examined, cancellationToken));
    }

    /// <summary>
    /// Writes the tags of one batch. Feedback given meanwhile changes the row, so the commit fails and the tags are written again.
    /// </summary>
    private async Task<Done> WriteBatchAsync(Guid? after, CancellationToken cancellationToken)
    {
        var dirty = await predictions.ListAsync(new PredictionsWithDirtyTags(after, Batch), cancellationToken);
        var done = new Done { Last = dirty.Count > 0 ? dirty[^1].Id : null };
        if (done.Last is null)
            return done;
        var said = await facts.OfAllAsync(dirty, cancellationToken);
        work.AfterRollback(() => RemoveErasedAsync(dirty));
        var failures = 0;
        foreach (var prediction in dirty)
        {
            try
            {
                await WriteAsync(prediction, said.GetValueOrDefault(prediction.Id, PredictionFacts.None), done, cancellationToken);
                failures = 0;
            }
            catch (StoreUnavailableException e)
            {
                done.Failure ??= e;
                done.IsAway = ++failures == MostFailures;
                if (done.IsAway)
                    break;
            }
        }

        return done;
    }

    private async Task WriteAsync(Prediction prediction, PredictionFacts said, Done done, CancellationToken cancellationToken)
    {
        done.Examined++;
        try
        {
            await store.WriteTagsAsync(PhotoStorage.AddressOf(prediction), TagsOf(prediction, said), cancellationToken);
            prediction.MarkTagsWritten();
            done.Written++;
        }
        catch (TagsRefusedException e)
        {
            prediction.MarkTagsRefused(e.Message);
            done.Refused++;
            work.AfterCommit(() =>
                logger.LogWarning(
                    "The object store refused the tags of photo {Object}: {Reason}",
                    PhotoStorage.AddressOf(prediction),
                    e.Message
                )
            );
        }
        catch (NotFoundException)
        {
            done.Gone.Add(new MissingPhotos.Sighting(prediction.Id, prediction.Revision));
        }
    }

    /// <summary>
    /// Deletes photos whose predictions were deleted meanwhile, because the deletion may have come before the tags were written.
    /// </summary>
    private async Task RemoveErasedAsync(IReadOnlyList<Prediction> batch)
    {
        var ids = batch.Select(prediction => prediction.Id).ToHashSet();
        ids.ExceptWith(
            (await predictions.ListAsync(new PredictionsWithIds(ids), CancellationToken.None)).Select(prediction => prediction.Id)
        );
        foreach (var erased in batch.Where(prediction => ids.Contains(prediction.Id)))
            await store.DeleteAsync(PhotoStorage.AddressOf(erased), CancellationToken.None);
    }

    private static Dictionary<string, string> TagsOf(Prediction prediction, PredictionFacts said)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["predicted_class"] = ObjectTags.ValueOf(prediction.PredictedClass.Name),
            ["confidence"] = prediction.Confidence.ToString("0.000", CultureInfo.InvariantCulture),
            ["timestamp"] = prediction.CreatedAt.ToUtcText(),
        };
        if (said.Flagged)
            tags["flagged"] = "true";
        if (said.Class is { } corrected && corrected != prediction.PredictedClass.Name)
            tags["corrected_class"] = ObjectTags.ValueOf(corrected);
        return tags;
    }

    /// <summary>The result of one batch.</summary>
    private sealed class Done
    {
        /// <summary>Id of the last photo of the batch; null if the batch is empty.</summary>
        public required Guid? Last { get; init; }

        /// <summary>Photos whose tags the run tried to write.</summary>
        public int Examined { get; set; }

        public int Written { get; set; }

        public int Refused { get; set; }

        /// <summary>Photos that are not in the store.</summary>
        public List<MissingPhotos.Sighting> Gone { get; } = [];

        /// <summary>The first failure; null if there was none.</summary>
        public StoreUnavailableException? Failure { get; set; }

        /// <summary>Whether the store seems unavailable and the rest of the batch was skipped.</summary>
        public bool IsAway { get; set; }
    }
}
