using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Access;

/// <summary>Lists the browsers in which a person is signed in.</summary>
public static class ListSessions
{
    /// <param name="AccountId">The account.</param>
    public sealed record Query(Guid AccountId) : IRequest<Response>;

    /// <param name="Items">The sessions, the one that was seen last first.</param>
    public sealed record Response(IReadOnlyList<SessionView> Items);

    internal sealed class Handler(IRepository<AccountSession> sessions, IOptions<AccountSessionOptions> options, TimeProvider time)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            return new Response([
                .. (await sessions.ListAsync(new SessionsOfAccount(request.AccountId), cancellationToken))
                    .Where(session => session.IsLive(options.Value.Idle, now))
                    .Select(session => new SessionView(
                        session.Id,
                        session.Browser,
                        session.Address,
                        session.CreatedAt,
                        session.SeenAt,
                        session.ExpiresAt
                    )),
            ]);
        }
    }
}

/// <summary>A browser in which a person is signed in.</summary>
/// <param name="Id">Id of the session.</param>
/// <param name="Browser">The browser and its system, in words.</param>
/// <param name="Address">IP address of the latest request; of IPv6, the 64-bit network. Null if unknown.</param>
/// <param name="CreatedAt">When the person signed in, UTC.</param>
/// <param name="SeenAt">When the browser was last seen, UTC, to the minute.</param>
/// <param name="ExpiresAt">When the session ends even if it is used, UTC.</param>
public sealed record SessionView(
    Guid Id,
    string Browser,
    string? Address,
    DateTimeOffset CreatedAt,
    DateTimeOffset SeenAt,
    DateTimeOffset ExpiresAt
);
