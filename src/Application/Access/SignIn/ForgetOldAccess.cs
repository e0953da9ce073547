using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Access;

/// <summary>Deletes expired sessions and sign-in attempts that no longer count. Part of job <c>housekeeping</c>.</summary>
public static class ForgetOldAccess
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Sessions">Number of sessions deleted.</param>
    /// <param name="Attempts">Number of counters of attempts deleted.</param>
    public sealed record Response(int Sessions, int Attempts);

    internal sealed class Handler(IUnitOfWork work, IOptions<AccountSessionOptions> options, TimeProvider time)
        : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var sessions = new EndedSessions(now, now - options.Value.Idle, BatchRemoval.Batch);
            var attempts = new AttemptsBefore(now - SignInAttempts.Window, BatchRemoval.Batch);
            return new Response(
                await work.RemoveAllAsync(sessions, cancellationToken),
                await work.RemoveAllAsync(attempts, cancellationToken)
            );
        }
    }
}
