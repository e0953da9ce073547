using Ardalis.Specification;
using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Access;

/// <summary>Entries of the audit log that match a filter, newest first.</summary>
internal sealed class MatchingAuditEntries : Specification<AuditEntry>
{
    public MatchingAuditEntries(AuditFilter filter, Guid? before, int limit)
    {
        Query.AsNoTracking().OrderByDescending(entry => entry.Id).Take(limit);
        if (before is { } id)
            Query.Where(entry => entry.Id < id);
        if (filter.Who is { Length: > 0 } who)
            Query.Where(entry => entry.Name == who);
        if (filter.Area is { } area)
            Query.Where(entry => entry.Area == area);
        if (filter.Start is { } start)
            Query.Where(entry => entry.At >= start);
        if (filter.End is { } end)
            Query.Where(entry => entry.At < end);
        if (filter.Text is { Length: > 0 } text)
            Query.Where(entry => entry.Subject.Contains(text) || entry.Action.Contains(text));
    }
}

/// <summary>Entries of the audit log that are older than a moment, oldest first.</summary>
internal sealed class AuditEntriesBefore : Specification<AuditEntry>
{
    public AuditEntriesBefore(DateTimeOffset moment, int limit)
    {
        Query.Where(entry => entry.At < moment).OrderBy(entry => entry.Id).Take(limit);
    }
}
