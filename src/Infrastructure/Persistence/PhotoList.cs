using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// Reads along the indexes (Maker, Id) and (Maker, PredictedIndex, Id). Finds flagged and corrected photos through the rater's current
/// feedback, which is little.
/// </summary>
internal sealed class PhotoList(GourmetGramDbContext context) : IPhotoList
{
    public Task<IReadOnlyList<Prediction>> NewestAsync(
        PhotoSelection selection,
        Guid? before,
        int count,
        CancellationToken cancellationToken
    )
    {
        var rows = Select(selection);
        if (before is { } id)
            rows = rows.Where(p => p.Id < id);
        return ReadAsync(rows.OrderByDescending(p => p.Id), count, cancellationToken);
    }

    public Task<IReadOnlyList<Prediction>> NewerAsync(
        PhotoSelection selection,
        Guid after,
        int count,
        CancellationToken cancellationToken
    ) => ReadAsync(Select(selection).Where(p => p.Id > after).OrderBy(p => p.Id), count, cancellationToken);

    private IQueryable<Prediction> Select(PhotoSelection selection)
    {
        var rows = context.Set<Prediction>().Where(p => p.Maker == selection.Maker);
        if (selection.PredictedIndex is { } index)
            rows = rows.Where(p => p.PredictedIndex == index);
        if (selection.Flagged)
        {
            var flagged = Said(selection.Maker, FeedbackKind.Flag);
            rows = rows.Where(p => flagged.Contains(p.Id));
        }

        if (selection.Corrected)
        {
            var corrected = Said(selection.Maker, FeedbackKind.Correction);
            rows = rows.Where(p => corrected.Contains(p.Id));
        }

        if (selection.ConfidenceBelow is { } confidence)
            rows = rows.Where(p => p.Confidence < confidence);
        return rows;
    }

    /// <summary>Returns the ids of the predictions for which a rater currently has feedback of this kind.</summary>
    private IQueryable<Guid> Said(Actor rater, FeedbackKind kind) =>
        context.Set<UserFeedback>().Where(f => f.Rater == rater && f.Kind == kind && f.EndedAt == null).Select(f => f.PredictionId);

    private Task<IReadOnlyList<Prediction>> ReadAsync(IQueryable<Prediction> rows, int count, CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyList<Prediction>>(async () =>
            await rows.Take(count).Include(p => p.Model).AsNoTrackingWithIdentityResolution().ToListAsync(cancellationToken)
        );
}
