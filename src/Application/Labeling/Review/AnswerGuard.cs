using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>Finds out from the tasks which answers are hidden from which people, and stores who has read which answers.</summary>
internal sealed class AnswerGuard(
    IUnitOfWork work,
    IRepository<AnnotationTask> tasks,
    IRepository<SeenAnswer> seen,
    IRepository<Prediction> predictions,
    TimeProvider time
) : IAnswerGuard
{
    private static readonly IReadOnlySet<string> Nothing = new HashSet<string>(StringComparer.Ordinal);

    public async Task ReadAsync(Prediction prediction, Caller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        await RequireAsync(prediction, caller, cancellationToken);
        await NoteAsync([(prediction.Photo.UploadSha256, prediction.Id)], caller, cancellationToken);
    }

    public async Task RequireAsync(Prediction prediction, Caller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if ((await HiddenAsync(caller, cancellationToken)).Contains(prediction.Photo.UploadSha256))
            throw new ConflictException(
                "You are labelling this photo without seeing the model's answer. Label it or release the task first."
            );
    }

    public async Task<IReadOnlySet<string>> HiddenAsync(Caller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return MayLabel(caller)
            ? (await tasks.ListAsync(new BlindTasksHeldBy(caller.Actor, time.GetUtcNow()), cancellationToken))
                .Select(task => task.PhotoSha256)
                .ToHashSet(StringComparer.Ordinal)
            : Nothing;
    }

    /// <summary>
    /// Records that a caller who may label sees the answers on some photos. New records are written in a step of their own.
    /// </summary>
    /// <param name="shown">The photos, by their upload hashes, and the copies that are shown.</param>
    /// <param name="caller">The reader.</param>
    /// <param name="cancellationToken">Cancels the recording.</param>
    public async Task NoteAsync(
        IReadOnlyCollection<(string Photo, Guid PredictionId)> shown,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        if (!MayLabel(caller) || shown.Count == 0)
            return;
        var known = await KnownAsync(caller.Actor, shown.Select(copy => copy.Photo), cancellationToken);
        var fresh = shown.Where(copy => !known.Contains(copy.Photo)).Select(copy => copy.PredictionId).ToList();
        if (fresh.Count > 0)
            await work.RunStepAsync((AnswerGuard step) => step.RecordAsync(fresh, caller.Actor, cancellationToken));
    }

    private async Task<int> RecordAsync(IReadOnlyList<Guid> ids, Actor person, CancellationToken cancellationToken)
    {
        // Photos that were deleted meanwhile are not found, and need no record.
        var photos = (await predictions.ListAsync(new PredictionsWithIds(ids), cancellationToken))
            .DistinctBy(prediction => prediction.Photo.UploadSha256, StringComparer.Ordinal)
            .ToList();
        var known = await KnownAsync(person, photos.Select(prediction => prediction.Photo.UploadSha256), cancellationToken);
        var fresh = photos.Where(prediction => !known.Contains(prediction.Photo.UploadSha256)).ToList();
        foreach (var prediction in fresh)
            seen.Add(SeenAnswer.Of(prediction, person, time.GetUtcNow()));
        return fresh.Count;
    }

    private static bool MayLabel(Caller caller) => caller is { IsReviewer: true, Actor.IsKnown: true };

    private async Task<HashSet<string>> KnownAsync(Actor person, IEnumerable<string> photos, CancellationToken cancellationToken) =>
        (await seen.ListAsync(new SeenAnswersOf(person, [.. photos]), cancellationToken))
            .Select(row => row.PhotoSha256)
            .ToHashSet(StringComparer.Ordinal);
}
