using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Records that a browser has sent a request.</summary>
public static class SeeSession
{
    /// <param name="Id">Id of the session.</param>
    /// <param name="Address">The client's IP address; null if unknown.</param>
    public sealed record Command(Guid Id, string? Address) : ICommand<Unit>;

    internal sealed class Validator : AbstractValidator<Command>
    {
        private const int AddressLength = 100;

        public Validator() => RuleFor(command => command.Address).MaximumLength(AddressLength);
    }

    internal sealed class Handler(IRepository<AccountSession> sessions, TimeProvider time) : IRequestHandler<Command, Unit>
    {
        public async Task<Unit> Handle(Command request, CancellationToken cancellationToken)
        {
            // It may have been ended meanwhile.
            (await sessions.FirstOrDefaultAsync(new SessionWithId(request.Id), cancellationToken))?.See(request.Address, time.GetUtcNow());
            return Unit.Value;
        }
    }
}
