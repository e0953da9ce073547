using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Signs a person out in all browsers, or in all but one. Other nodes notice within seconds.</summary>
public static class EndSessions
{
    /// <param name="AccountId">The account.</param>
    /// <param name="Except">The session that goes on; null for none.</param>
    public sealed record Command(Guid AccountId, Guid? Except = null) : ICommand<Response>, IAudited
    {
        AuditedAction IAudited.Audited =>
            new(AuditArea.SignIn, Except is null ? "Signed out everywhere" : "Signed out everywhere else", AccountId.ToString());
    }

    /// <param name="Ended">Number of sessions that were ended.</param>
    public sealed record Response(int Ended);

    internal sealed class Handler(IRepository<AccountSession> sessions) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var ended = (await sessions.ListAsync(new SessionsOfAccount(request.AccountId), cancellationToken))
                .Where(session => session.Id != request.Except)
                .ToList();
            foreach (var session in ended)
                sessions.Remove(session);
            return new Response(ended.Count);
        }
    }
}
