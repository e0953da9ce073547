using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Ends an API key for good, on every node with the next request.</summary>
public static class RevokeKey
{
    /// <param name="Id">Id of the key.</param>
    /// <param name="AccountId">The person; keys of others are not found.</param>
    public sealed record Command(Guid Id, Guid AccountId) : ICommand<KeyView>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.People, "Revoked an API key", Id.ToString());
    }

    internal sealed class Handler(IRepository<ApiKey> keys, TimeProvider time) : IRequestHandler<Command, KeyView>
    {
        /// <exception cref="NotFoundException">The person has no such key.</exception>
        public async Task<KeyView> Handle(Command request, CancellationToken cancellationToken)
        {
            if (
                await keys.FirstOrDefaultAsync(new KeyWithId(request.Id), cancellationToken) is not { } key
                || key.AccountId != request.AccountId
            )
                throw new NotFoundException($"API key {request.Id}");
            key.Revoke(time.GetUtcNow());
            return KeyView.From(key);
        }
    }
}
