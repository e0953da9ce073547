using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Lists the API keys of a person, newest first, also those that no longer work.</summary>
public static class ListKeys
{
    /// <param name="AccountId">The person.</param>
    public sealed record Query(Guid AccountId) : IRequest<Response>;

    /// <param name="Items">The keys, newest first.</param>
    public sealed record Response(IReadOnlyList<KeyView> Items);

    internal sealed class Handler(IRepository<ApiKey> keys) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new([.. (await keys.ListAsync(new KeysOfAccount(request.AccountId), cancellationToken)).Select(KeyView.From)]);
    }
}
