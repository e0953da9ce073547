using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Adds a failed attempt to sign in to the audit log.</summary>
public static class RefuseSignIn
{
    /// <param name="Name">Name of the account; empty if there is none, because people type passwords where a name belongs.</param>
    /// <param name="IsThrottled">Whether the attempt was one too many, so that its password was not looked at.</param>
    /// <param name="Address">The client's IP address; null if unknown.</param>
    public sealed record Command(string Name, bool IsThrottled, string? Address) : ICommand<Unit>;

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() => RuleFor(command => command.Name).MaximumLength(BeginSignIn.NameLength);
    }

    internal sealed class Handler(IRepository<AuditEntry> entries, IAuditedCaller caller, TimeProvider time)
        : IRequestHandler<Command, Unit>
    {
        public Task<Unit> Handle(Command request, CancellationToken cancellationToken)
        {
            var stranger = caller.Current ?? new AuditedCaller(Actor.Anonymous, "", AuditChannel.Page, request.Address);
            // The address is what an administrator looks for here. The page Privacy says that it is stored.
            entries.Add(
                AuditEntry.Of(
                    stranger with
                    {
                        Name = "Nobody",
                        Address = request.Address,
                    },
                    new AuditedAction(
                        AuditArea.SignIn,
                        request.IsThrottled ? "Too many attempts to sign in" : "Failed to sign in",
                        request.Name.Length == 0 ? "Unknown name" : request.Name
                    ),
                    changes: null,
                    time.GetUtcNow()
                )
            );
            return Task.FromResult(Unit.Value);
        }
    }
}
