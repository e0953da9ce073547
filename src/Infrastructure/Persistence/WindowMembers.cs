using System.Runtime.CompilerServices;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Reads and writes along the index (WindowId, Id), so the cost depends on the window's size, not the table's.</summary>
internal sealed class WindowMembers(GourmetGramDbContext context) : IWindowMembers
{
    private const int Stamped = 5_000;
    private const int Read = 20_000;

    // Both engines compare the stored single-precision numbers as doubles, so the edges must be the same doubles.
    private const double Edge1 = FineCell.Edge1;
    private const double Edge2 = FineCell.Edge2;
    private const double Edge3 = FineCell.Edge3;

    public Task<IReadOnlyList<Guid>> ListModelVersionsAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyList<Guid>>(async () =>
        {
            var end = PredictionIds.SmallestOf(before);
            var versions = await context
                .Set<Prediction>()
                .Where(p => p.WindowId == null && p.Id < end)
                .Select(p => p.ModelVersionId)
                .Distinct()
                .ToListAsync(cancellationToken);
            return [.. versions.Order()];
        });

    public Task<int> StampAsync(Guid windowId, Guid? modelVersionId, DateTimeOffset before, CancellationToken cancellationToken) =>
        context.GuardAsync(() =>
        {
            var end = PredictionIds.SmallestOf(before);
            var rows = context.Set<Prediction>();
            var waiting = rows.Where(p => p.WindowId == null && p.Id < end);
            if (modelVersionId is { } version)
                waiting = waiting.Where(p => p.ModelVersionId == version);
            var members = waiting.OrderBy(p => p.Id).Take(Stamped).Select(p => p.Id);
            var feedback = context.Set<UserFeedback>();
            return rows.Where(p => members.Contains(p.Id) && p.WindowId == null)
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(p => p.WindowId, windowId)
                            .SetProperty(
                                p => p.WindowCell,
                                p =>
                                    (
                                        (double)p.Confidence < Edge1 ? 0
                                        : (double)p.Confidence < Edge2 ? 2
                                        : (double)p.Confidence < Edge3 ? 4
                                        : 6
                                    )
                                    + (
                                        feedback.Any(f =>
                                            f.PredictionId == p.Id
                                            && f.EndedAt == null
                                            && f.Kind != FeedbackKind.Confirmation
                                            && f.SelectionState != FeedbackSelection.HeldBack
                                            && f.SelectionState != FeedbackSelection.Discarded
                                        )
                                            ? 1
                                            : 0
                                    )
                            ),
                    cancellationToken
                );
        });

    public async Task<WindowTally> TallyAsync(Guid windowId, CancellationToken cancellationToken)
    {
        var cells = new Dictionary<FineCell, (int Photos, double Confidence)>();
        var counts = new Dictionary<(DateOnly, int, int), int>();
        var last = DateTimeOffset.MinValue;
        Guid? after = null;
        int read;
        do
        {
            var from = after;
            var piece = await context.GuardAsync(() =>
                context
                    .Set<Prediction>()
                    .Where(p => p.WindowId == windowId && (from == null || p.Id > from))
                    .OrderBy(p => p.Id)
                    .Take(Read)
                    .Select(p => new
                    {
                        p.Id,
                        p.WindowCell,
                        p.CreatedAt,
                        p.PredictedIndex,
                        p.Confidence,
                    })
                    .ToListAsync(cancellationToken)
            );
            foreach (var row in piece)
            {
                Count(row.WindowCell, row.CreatedAt, row.Confidence);
                var key = (DateOnly.FromDateTime(row.CreatedAt.UtcDateTime), row.PredictedIndex, WindowCount.BinOf(row.Confidence));
                counts[key] = counts.GetValueOrDefault(key) + 1;
            }

            read = piece.Count;
            after = piece.LastOrDefault()?.Id;
        } while (read == Read);

        var erased = await context.GuardAsync(() =>
            context
                .Set<Tombstone>()
                .Where(t => t.WindowId == windowId)
                .Select(t => new { t.WindowCell, t.CreatedAt })
                .ToListAsync(cancellationToken)
        );
        foreach (var row in erased)
            Count(row.WindowCell, row.CreatedAt, confidence: null);
        return new WindowTally(
            cells.ToDictionary(entry => entry.Key, entry => (entry.Value.Photos, entry.Value.Confidence / Math.Max(entry.Value.Photos, 1))),
            counts,
            last == DateTimeOffset.MinValue ? null : last
        );

        void Count(int? number, DateTimeOffset createdAt, double? confidence)
        {
            last = createdAt > last ? createdAt : last;
            if (number is not { } known)
                return;
            var cell = FineCell.Of(known);
            var (photos, sum) = cells.GetValueOrDefault(cell);
            // The confidence of a deleted photo is unknown; that of the others stands for it.
            cells[cell] = (photos + 1, sum + (confidence ?? (photos == 0 ? 0 : sum / photos)));
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<Guid>> ReadUndrawnAsync(
        Guid windowId,
        FineCell cell,
        string loopName,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var number = cell.Index;
        Guid? after = null;
        int read;
        do
        {
            var from = after;
            var piece = await context.GuardAsync(() =>
                context
                    .Set<Prediction>()
                    .Where(p => p.WindowId == windowId && p.WindowCell == number && (from == null || p.Id > from))
                    .Where(p => !context.Set<Selection>().Any(s => s.PredictionId == p.Id && s.Loop == loopName))
                    .OrderBy(p => p.Id)
                    .Take(Read)
                    .Select(p => p.Id)
                    .ToListAsync(cancellationToken)
            );
            if (piece.Count > 0)
                yield return piece;
            read = piece.Count;
            after = piece.LastOrDefault();
        } while (read == Read);

        var erased = await context.GuardAsync(() =>
            context
                .Set<Tombstone>()
                .Where(t => t.WindowId == windowId && t.WindowCell == number)
                .Where(t => !context.Set<ErasedDraw>().Any(d => d.PredictionId == t.Id && d.WindowId == windowId && d.Loop == loopName))
                .Select(t => t.Id)
                .ToListAsync(cancellationToken)
        );
        if (erased.Count > 0)
            yield return erased;
    }

    public async IAsyncEnumerable<IReadOnlyList<Guid>> ReadAsync(
        Guid windowId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Guid? after = null;
        while (true)
        {
            var from = after;
            var piece = await context.GuardAsync(() =>
                context
                    .Set<Prediction>()
                    .Where(p => p.WindowId == windowId && (from == null || p.Id > from))
                    .OrderBy(p => p.Id)
                    .Take(Read)
                    .Select(p => p.Id)
                    .ToListAsync(cancellationToken)
            );
            if (piece.Count > 0)
                yield return piece;
            if (piece.Count < Read)
                break;
            after = piece[^1];
        }

        var erased = await context.GuardAsync(() =>
            context.Set<Tombstone>().Where(t => t.WindowId == windowId).Select(t => t.Id).ToListAsync(cancellationToken)
        );
        if (erased.Count > 0)
            yield return erased;
    }
}
