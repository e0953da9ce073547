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
/// Exports users' corrections as files that the lab's scripts can read. When nobody reviews the loop that selects corrections, also stores
/// them as that loop's labels. Withdrawing a correction removes both.
/// </summary>
internal sealed class CorrectionExporter(
    IUnitOfWork work,
    IObjectStore store,
    IMediaLinks links,
    IRepository<UserFeedback> feedback,
    IRepository<Prediction> predictions,
    IRepository<AnnotationTask> tasks,
    IRepository<HumanLabel> labels,
    LoopCatalogue loops,
    TimeProvider time
)
{
    private const int Batch = 100;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>The number of corrections that were exported or withdrawn.</returns>
    /// <exception cref="StoreUnavailableException">A store is down; finished exports are kept.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var done = 0;
        Guid? after = null;
        while (await feedback.ListAsync(new CorrectionsToExport(after, Batch), cancellationToken) is { Count: > 0 } batch)
        {
            after = batch[^1].Id;
            done += await work.RunStepAsync(
                (CorrectionExporter step) => step.BringAsync([.. batch.Select(fact => fact.Id)], cancellationToken)
            );
        }

        return done;
    }

    private async Task<int> BringAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
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
            // The photo was deleted with its feedback after the batch was read.
            if (!photos.TryGetValue(fact.PredictionId, out var photo))
                continue;
            var address = new ObjectAddress(Buckets.Labels, fact.OutputKey);
            if (fact.EndedAt is null)
                await store.PutAsync(address, await WriteAsync(photo, fact, cancellationToken), "application/json", cancellationToken);
            else
                await store.DeleteAsync(address, cancellationToken);
            foreach (var task in asked[photo.Photo.UploadSha256])
                Conclude(task, fact, said);
            fact.MarkExported();
        }

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
            // Callers without an identity share one rate limit, but are different people.
            var person = fact.Rater.IsKnown ? fact.Rater.ToString() : externalId;
            var answer = Answer.Class(fact.ClassIndex!.Value);
            var label = task.Decide(
                person,
                LabelSource.Correction,
                answer,
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
        var image = store.LinkTo(PhotoStorage.AddressOf(photo)) ?? await links.AddressOfAsync(new MediaLink(photo.Id), cancellationToken);
        var export = new
        {
            task = new { data = new { image } },
            result = new[] { new { type = "choices", value = new { choices = new[] { photo.Model.Labels[fact.ClassIndex!.Value] } } } },
        };
        return JsonSerializer.SerializeToUtf8Bytes(export, Readable);
    }
}
