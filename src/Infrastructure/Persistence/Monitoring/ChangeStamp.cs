using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Monitoring;

/// <summary>Reads the only row of <see cref="SampleStamp"/>.</summary>
internal sealed class ChangeStamp(GourmetGramDbContext context) : IChangeStamp
{
    public Task<Guid> ReadAsync(CancellationToken cancellationToken) =>
        context.GuardAsync(() => context.Set<SampleStamp>().Select(stamp => stamp.Value).SingleAsync(cancellationToken));
}
