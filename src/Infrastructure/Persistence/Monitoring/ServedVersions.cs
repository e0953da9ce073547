using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Feedback;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Monitoring;

/// <summary>Groups the closed sampling windows, of which there are a few per day.</summary>
internal sealed class ServedVersions(GourmetGramDbContext context) : IServedVersions
{
    public Task<IReadOnlyList<ServedVersion>> ListAsync(CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyList<ServedVersion>>(async () =>
        {
            var rows = await context
                .Set<SamplingWindow>()
                .AsNoTracking()
                .Where(window => window.ModelVersionId != null && window.LastPhotoAt != null)
                .GroupBy(window => window.ModelVersionId)
                .Select(group => new
                {
                    Id = group.Key,
                    First = group.Min(window => window.LastPhotoAt),
                    Last = group.Max(window => window.LastPhotoAt),
                })
                .ToListAsync(cancellationToken);
            return
            [
                .. rows.Select(row => new ServedVersion(row.Id!.Value, row.First!.Value, row.Last!.Value))
                    .OrderByDescending(row => row.LastPhotoAt),
            ];
        });
}
