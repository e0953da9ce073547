using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Access;

/// <summary>Begins a session of a person who has signed in.</summary>
public static class OpenSession
{
    /// <param name="AccountId">The account.</param>
    /// <param name="Browser">The browser and its system, in words.</param>
    /// <param name="Address">The client's IP address; null if unknown.</param>
    public sealed record Command(Guid AccountId, string Browser, string? Address) : ICommand<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.SignIn, "Signed in", Browser);
    }

    /// <param name="Id">Id of the session.</param>
    /// <param name="ExpiresAt">When the session ends even if it is used, UTC.</param>
    public sealed record Response(Guid Id, DateTimeOffset ExpiresAt);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() => RuleFor(command => command.Browser).MaximumLength(AccountSession.BrowserLength);
    }

    internal sealed class Handler(IRepository<AccountSession> sessions, IOptions<AccountSessionOptions> options, TimeProvider time)
        : IRequestHandler<Command, Response>
    {
        public Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var session = AccountSession.Begin(
                request.AccountId,
                request.Browser,
                request.Address,
                options.Value.Lifetime,
                time.GetUtcNow()
            );
            sessions.Add(session);
            return Task.FromResult(new Response(session.Id, session.ExpiresAt));
        }
    }
}
