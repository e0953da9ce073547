using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Adds a failed attempt to sign in to the audit log.</summary>
public static class RefuseSignIn
{
    /// <param name="Name">Name of the account; empty if there is none, because people type passwords where a name belongs.</param>
    /// <param name="IsLast">Whether further attempts are refused for a while. Those have no entry: they could fill the log.</param>
    /// <param name="Address">The client's IP address; null if unknown.</param>
    public sealed record Command(string Name, bool IsLast, string? Address) : ICommand<Unit>;

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
                        Name = "Not signed in",
                        Address = request.Address,
                    },
                    new AuditedAction(
                        AuditArea.SignIn,
                        request.IsLast ? "Failed to sign in too often" : "Failed to sign in",
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
