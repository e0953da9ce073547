using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Takes back the attempt of a person whose password was right.</summary>
public static class CompleteSignIn
{
    /// <param name="Name">The name as it was typed.</param>
    /// <param name="Address">The client's IP address; null if unknown.</param>
    /// <param name="Device">The browser, if the person has signed in with it before.</param>
    public sealed record Command(string Name, string? Address, string? Device) : ICommand<Unit>;

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() => RuleFor(command => command.Name).MaximumLength(BeginSignIn.NameLength);
    }

    internal sealed class Handler(IRepository<SignInAttempts> attempts) : IRequestHandler<Command, Unit>
    {
        public async Task<Unit> Handle(Command request, CancellationToken cancellationToken)
        {
            var keys = SignInKeys.Of(request.Name, request.Address, request.Device).Keys;
            foreach (var counter in await attempts.ListAsync(new AttemptsWithKeys([.. keys]), cancellationToken))
                counter.TakeBack();
            return Unit.Value;
        }
    }
}
