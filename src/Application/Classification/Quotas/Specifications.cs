using Ardalis.Specification;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>The counts with some keys.</summary>
internal sealed class UploadCountsWithKeys : Specification<UploadCount>
{
    public UploadCountsWithKeys(IReadOnlyCollection<string> keys)
    {
        Query.Where(count => keys.Contains(count.Key));
    }
}

/// <summary>Counts whose hour or day is over.</summary>
internal sealed class UploadCountsOver : Specification<UploadCount>
{
    public UploadCountsOver(DateTimeOffset now, int limit)
    {
        Query.Where(count => count.EndsAt <= now).OrderBy(count => count.Key).Take(limit);
    }
}
