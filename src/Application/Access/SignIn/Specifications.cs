using Ardalis.Specification;
using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Access;

/// <summary>The counters with some keys.</summary>
internal sealed class AttemptsWithKeys : Specification<SignInAttempts>
{
    public AttemptsWithKeys(IReadOnlyCollection<string> keys)
    {
        Query.Where(attempts => keys.Contains(attempts.Key));
    }
}

/// <summary>Counters whose window began before a moment.</summary>
internal sealed class AttemptsBefore : Specification<SignInAttempts>
{
    public AttemptsBefore(DateTimeOffset moment, int limit)
    {
        Query.Where(attempts => attempts.Since < moment).OrderBy(attempts => attempts.Key).Take(limit);
    }
}
