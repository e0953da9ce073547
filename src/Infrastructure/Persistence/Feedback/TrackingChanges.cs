using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Feedback;

/// <summary>
/// Fingerprints the state that the tracking list depends on: the latest closed window (whose close draws the random sample), the
/// predictions that belong to no window yet (all newer ones, including imported ones with older ids), and the tombstones. Counts only along
/// the index of one window, not the table of predictions.
/// </summary>
internal sealed class TrackingChanges(GourmetGramDbContext context) : ITrackingChanges
{
    public Task<string> FingerprintAsync(CancellationToken cancellationToken) =>
        context.GuardAsync(async () =>
        {
            var window = await context
                .Set<SamplingWindow>()
                .Where(w => w.ClosedAt != null)
                .OrderByDescending(w => w.Id)
                .Select(w => (Guid?)w.Id)
                .FirstOrDefaultAsync(cancellationToken);
            var fresh = context.Set<Prediction>().Where(p => p.WindowId == null);
            var count = await fresh.LongCountAsync(cancellationToken);
            var newest = await fresh.OrderByDescending(p => p.Id).Select(p => (Guid?)p.Id).FirstOrDefaultAsync(cancellationToken);
            var deleted = await context.Set<Tombstone>().LongCountAsync(cancellationToken);
            return string.Create(CultureInfo.InvariantCulture, $"{window}/{count}/{newest}/{deleted}");
        });
}
