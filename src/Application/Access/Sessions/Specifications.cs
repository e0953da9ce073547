using Ardalis.Specification;
using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Access;

/// <summary>The session with an id.</summary>
internal sealed class SessionWithId : Specification<AccountSession>
{
    public SessionWithId(Guid id)
    {
        Query.Where(session => session.Id == id);
    }
}

/// <summary>The sessions of an account, the one that was seen last first.</summary>
internal sealed class SessionsOfAccount : Specification<AccountSession>
{
    public SessionsOfAccount(Guid accountId)
    {
        Query.Where(session => session.AccountId == accountId).OrderByDescending(session => session.SeenAt);
    }
}

/// <summary>Sessions that have expired or were idle for too long.</summary>
internal sealed class EndedSessions : Specification<AccountSession>
{
    public EndedSessions(DateTimeOffset now, DateTimeOffset idleSince, int limit)
    {
        Query.Where(session => session.ExpiresAt <= now || session.SeenAt <= idleSince).OrderBy(session => session.Id).Take(limit);
    }
}
