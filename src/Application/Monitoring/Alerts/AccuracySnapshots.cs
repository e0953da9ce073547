using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>Records once a day what is known about the accuracy of the 30 days before.</summary>
internal sealed class AccuracySnapshots(SampleLoader loader, IRepository<AccuracySnapshot> snapshots, TimeProvider time)
{
    /// <summary>Records today's snapshot, unless there is one. The work of one step.</summary>
    /// <returns>Number of snapshots recorded.</returns>
    public async Task<int> TakeAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (await snapshots.FirstOrDefaultAsync(new SnapshotOf(today), cancellationToken) is not null)
            return 0;
        var sample = await loader.ReadAsync(
            new Period(AccuracySnapshot.FirstDayOf(today), today.AddDays(-1)),
            modelVersionIds: null,
            cancellationToken
        );
        snapshots.Add(AccuracySnapshot.Take(today, SampleEstimate.Of(sample).Estimate, now));
        return 1;
    }
}
