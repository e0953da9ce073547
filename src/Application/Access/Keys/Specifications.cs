using Ardalis.Specification;
using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Access;

/// <summary>The key with an id.</summary>
internal sealed class KeyWithId : Specification<ApiKey>
{
    public KeyWithId(Guid id)
    {
        Query.Where(key => key.Id == id);
    }
}

/// <summary>The key with a hash.</summary>
internal sealed class KeyWithHash : Specification<ApiKey>
{
    public KeyWithHash(string hash)
    {
        Query.Where(key => key.Hash == hash);
    }
}

/// <summary>The keys of an account, newest first.</summary>
internal sealed class KeysOfAccount : Specification<ApiKey>
{
    public KeysOfAccount(Guid accountId)
    {
        Query.Where(key => key.AccountId == accountId).OrderByDescending(key => key.Id);
    }
}
