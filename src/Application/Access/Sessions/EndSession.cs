using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Signs a browser out. Other nodes notice within seconds.</summary>
public static class EndSession
{
    /// <param name="Id">Id of the session.</param>
    /// <param name="AccountId">The account; sessions of others are not found.</param>
    public sealed record Command(Guid Id, Guid AccountId) : ICommand<Unit>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.SignIn, "Signed out", Id.ToString());
    }

    internal sealed class Handler(IRepository<AccountSession> sessions) : IRequestHandler<Command, Unit>
    {
        /// <exception cref="NotFoundException">The account has no such session.</exception>
        public async Task<Unit> Handle(Command request, CancellationToken cancellationToken)
        {
            if (
                await sessions.FirstOrDefaultAsync(new SessionWithId(request.Id), cancellationToken) is not { } session
                || session.AccountId != request.AccountId
            )
                throw new NotFoundException($"Session {request.Id}");
            sessions.Remove(session);
            return Unit.Value;
        }
    }
}
