using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Counts an attempt to sign in, before the password is looked at. Names that do not exist are counted alike.</summary>
public static class BeginSignIn
{
    /// <summary>Maximum length of a typed name in characters.</summary>
    public const int NameLength = 256;

    /// <param name="Name">The name as it was typed.</param>
    /// <param name="Address">The client's IP address; null if unknown.</param>
    /// <param name="Device">The browser, if the person has signed in with it before.</param>
    public sealed record Command(string Name, string? Address, string? Device) : ICommand<Response>;

    /// <param name="Wait">Null when the password may be looked at; else how long to wait.</param>
    /// <param name="IsLast">Whether no further attempt is allowed for now.</param>
    public sealed record Response(TimeSpan? Wait, bool IsLast);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() => RuleFor(command => command.Name).MaximumLength(NameLength);
    }

    internal sealed class Handler(IRepository<SignInAttempts> attempts, TimeProvider time) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var limits = SignInKeys.Of(request.Name, request.Address, request.Device);
            var known = (await attempts.ListAsync(new AttemptsWithKeys([.. limits.Keys]), cancellationToken)).ToDictionary(
                counter => counter.Key,
                StringComparer.Ordinal
            );
            TimeSpan? wait = null;
            var isLast = false;
            foreach (var (key, most) in limits)
            {
                if (!known.TryGetValue(key, out var counter))
                    attempts.Add(counter = SignInAttempts.Of(key, now));
                if (counter.Try(most, now) is { } needed && !(needed < wait))
                    wait = needed;
                isLast |= counter.Count >= most;
            }

            return new Response(wait, isLast);
        }
    }
}
