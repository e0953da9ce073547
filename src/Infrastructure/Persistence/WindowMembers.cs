using System.Runtime.CompilerServices;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Reads and writes along the index (WindowId, Id), so the cost depends on the window's size, not the table's.</summary>
internal sealed class WindowMembers(GourmetGramDbContext context) : IWindowMembers
{
    private const int Stamped = 5_000;
    private const int Read = 20_000;

    public Task<int> StampAsync(Guid windowId, DateTimeOffset before, CancellationToken cancellationToken) =>
        context.GuardAsync(() =>
        {
            var end = SmallestIdOf(before);
            var rows = context.Set<Prediction>();
            var members = rows.Where(p => p.WindowId == null && p.Id < end).OrderBy(p => p.Id).Take(Stamped).Select(p => p.Id);
            return rows.Where(p => members.Contains(p.Id) && p.WindowId == null)
                .ExecuteUpdateAsync(set => set.SetProperty(p => p.WindowId, windowId), cancellationToken);
        });

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

    /// <summary>Returns the smallest UUIDv7 of a millisecond.</summary>
    private static Guid SmallestIdOf(DateTimeOffset moment)
    {
        var id = Guid.CreateVersion7(moment).ToByteArray(bigEndian: true);
        id.AsSpan(6).Clear();
        id[6] = 0x70;
        id[8] = 0x80;
        return new Guid(id, bigEndian: true);
    }
}
