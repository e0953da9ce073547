using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Access;

/// <summary>Deletes sessions that have ended by themselves and attempts that no longer count. Part of job <c>housekeeping</c>.</summary>
public static class ForgetOldAccess
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Sessions">Number of sessions deleted.</param>
    /// <param name="Attempts">Number of counters of attempts deleted.</param>
    public sealed record Response(int Sessions, int Attempts);

    internal sealed class Handler(
        IUnitOfWork work,
        IRepository<AccountSession> sessions,
        IRepository<SignInAttempts> attempts,
        IOptions<AccountSessionOptions> options,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        private const int Batch = 500;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var (ended, counters) = (0, 0);
            while (await work.RunStepAsync((Handler step) => step.ForgetSessionsAsync(now, cancellationToken)) is > 0 and var count)
                ended += count;
            while (await work.RunStepAsync((Handler step) => step.ForgetAttemptsAsync(now, cancellationToken)) is > 0 and var count)
                counters += count;
            return new Response(ended, counters);
        }

        private async Task<int> ForgetSessionsAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
            Remove(sessions, await sessions.ListAsync(new EndedSessions(now, now - options.Value.Idle, Batch), cancellationToken));

        private async Task<int> ForgetAttemptsAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
            Remove(attempts, await attempts.ListAsync(new AttemptsBefore(now - SignInAttempts.Window, Batch), cancellationToken));

        private static int Remove<T>(IRepository<T> repository, IReadOnlyList<T> old)
            where T : class
        {
            foreach (var row in old)
                repository.Remove(row);
            return old.Count;
        }
    }
}
