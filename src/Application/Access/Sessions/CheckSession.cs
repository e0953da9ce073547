using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Access;

/// <summary>Tells whether a session goes on.</summary>
public static class CheckSession
{
    /// <param name="Id">Id of the session.</param>
    public sealed record Query(Guid Id) : IRequest<Response>;

    /// <param name="IsLive">False when the session was ended, has expired, or does not exist.</param>
    /// <param name="SeenAt">When the browser was last seen; null for a session that is not live.</param>
    public sealed record Response(bool IsLive, DateTimeOffset? SeenAt);

    internal sealed class Handler(IRepository<AccountSession> sessions, IOptions<AccountSessionOptions> options, TimeProvider time)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            await sessions.FirstOrDefaultAsync(new SessionWithId(request.Id), cancellationToken) is { } session
            && session.IsLive(options.Value.Idle, time.GetUtcNow())
                ? new Response(IsLive: true, session.SeenAt)
                : new Response(IsLive: false, SeenAt: null);
    }
}
