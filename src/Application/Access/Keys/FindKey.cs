using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Finds the API key that a program has sent.</summary>
public static class FindKey
{
    /// <param name="Text">The key as it was sent.</param>
    public sealed record Query(string Text) : IRequest<Response?>;

    /// <param name="AccountId">The person whose key it is.</param>
    /// <param name="Item">The key.</param>
    public sealed record Response(Guid AccountId, KeyView Item);

    internal sealed class Handler(IRepository<ApiKey> keys, TimeProvider time) : IRequestHandler<Query, Response?>
    {
        /// <returns>Null when the key is unknown, has expired or was revoked.</returns>
        public async Task<Response?> Handle(Query request, CancellationToken cancellationToken) =>
            request.Text.StartsWith(KeyText.Prefix, StringComparison.Ordinal)
            && await keys.FirstOrDefaultAsync(new KeyWithHash(KeyText.HashOf(request.Text)), cancellationToken) is { } key
            && key.Works(time.GetUtcNow())
                ? new Response(key.AccountId, KeyView.From(key))
                : null;
    }
}
