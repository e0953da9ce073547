using System.Text.Encodings.Web;
using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Brings users' corrections from their rows to where labels are: an export as the lab's scripts read it, and a label of the loop that follows corrections, where nobody reviews that loop. Taking
/// a correction back takes both back.
/// </summary>
internal sealed class CorrectionDesk(
    IObjectStore store,
    IMediaLinks links,
    IRepository<UserFeedback> feedback,
    IRepository<Prediction> predictions,
    IRepository<AnnotationTask> tasks,
    IRepository<HumanLabel> labels,
    LoopBook loops,
    TimeProvider time
)
{
    private const int Batch = 100;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>How many corrections were written or taken back.</returns>
    /// <exception cref="StoreUnavailableException">A store is away; what was written counts.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var done = 0;
        Guid? after = null;
        while (await feedback.ListAsync(new CorrectionsToExport(after, Batch), cancellationToken) is { Count: > 0 } batch)
        {
            after = batch[^1].Id;
            done += batch.Count;
            await ConcurrentChangeException.RetryAsync(() => BringAsync([.. batch.Select(fact => fact.Id)], cancellationToken));
            feedback.Release();
        }

        return done;
    }

    private async Task<int> BringAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        feedback.Release();
        var facts = (await feedback.ListAsync(new CorrectionsWithIds(ids), cancellationToken))
            .Where(fact => fact.OutputState == FeedbackOutput.Pending)
            .OrderBy(fact => fact.Id)
            .ToList();
        var photos = (
            await predictions.ListAsync(new PredictionsOfIds([.. facts.Select(fact => fact.PredictionId).Distinct()]), cancellationToken)
        ).ToDictionary(photo => photo.Id);
        var unattended = (await loops.AllAsync(cancellationToken))
            .Where(loop => loop.Strategy is FeedbackStrategy { Kind: FeedbackKind.Correction } && loop.Row.Surface == Surface.None)
            .Select(loop => loop.Name)
            .ToHashSet(StringComparer.Ordinal);
        var asked = (
            await tasks.ListAsync(
                new TasksOfPhotos([.. photos.Values.Select(photo => photo.Photo.UploadSha256).Distinct(StringComparer.Ordinal)]),
                cancellationToken
            )
        )
            .Where(task => unattended.Contains(task.Loop))
            .ToLookup(task => task.PhotoSha256, StringComparer.Ordinal);
        var said = (
            await labels.ListAsync(new LabelsOfTasks([.. asked.SelectMany(group => group).Select(task => task.Id)]), cancellationToken)
        )
            .GroupBy(label => label.TaskId)
            .ToDictionary(group => group.Key, group => group.ToList());
        foreach (var fact in facts)
        {
            var photo = photos[fact.PredictionId];
            var address = new ObjectAddress(Buckets.Labels, fact.OutputKey);
            if (fact.EndedAt is null)
                await store.PutAsync(address, await WriteAsync(photo, fact, cancellationToken), "application/json", cancellationToken);
            else
                await store.DeleteAsync(address, cancellationToken);
            foreach (var task in asked[photo.Photo.UploadSha256])
                Conclude(task, fact, said);
            fact.MarkExported();
        }

        await feedback.SaveChangesAsync(CancellationToken.None);
        return facts.Count;
    }

    private void Conclude(AnnotationTask task, UserFeedback fact, Dictionary<Guid, List<HumanLabel>> said)
    {
        if (!said.TryGetValue(task.Id, out var all))
            said[task.Id] = all = [];
        var externalId = $"UserFeedback/{fact.Id}";
        var current = all.FirstOrDefault(label => label.ExternalId == externalId && label.EndedAt is null);
        if (fact.EndedAt is null && current is null)
        {
            // Callers without an identity are one rater for the limits, but not one person.
            var person = fact.Rater.IsKnown ? fact.Rater.ToString() : externalId;
            var label = task.Decide(
                person,
                LabelSource.Correction,
                fact.ClassIndex,
                all,
                fact.CreatedAt,
                externalId: externalId,
                showedAnswer: true
            );
            labels.Add(label);
            all.Add(label);
        }
        else if (fact.EndedAt is not null && current is not null)
        {
            current.Withdraw(time.GetUtcNow());
            task.Conclude(all, time.GetUtcNow());
        }
    }

    private async Task<byte[]> WriteAsync(Prediction photo, UserFeedback fact, CancellationToken cancellationToken)
    {
        var image = store.LinkTo(PhotoKeeper.AddressOf(photo)) ?? await links.AddressOfAsync(new MediaLink(photo.Id), cancellationToken);
        var export = new
        {
            task = new { data = new { image } },
            result = new[] { new { type = "choices", value = new { choices = new[] { photo.Model.Labels[fact.ClassIndex!.Value] } } } },
        };
        return JsonSerializer.SerializeToUtf8Bytes(export, Readable);
    }
}
