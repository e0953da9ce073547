using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Creates an API key for a person. The key is shown only once.</summary>
public static class CreateKey
{
    /// <summary>Most days until a key expires.</summary>
    public const int MostDays = 366;

    /// <param name="AccountId">The person.</param>
    /// <param name="Label">What the key is for.</param>
    /// <param name="Scopes">What the key may do.</param>
    /// <param name="Days">Days until the key expires.</param>
    public sealed record Command(Guid AccountId, string Label, IReadOnlyList<ApiScope> Scopes, int Days) : ICommand<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.People, "Created an API key", $"{Label} ({string.Join(", ", Scopes)})");
    }

    /// <param name="Key">The key with which programs identify themselves. It is shown only once.</param>
    /// <param name="Item">The entry in the list of keys.</param>
    public sealed record Response(string Key, KeyView Item);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.Label)
                .NotEmpty()
                .WithMessage("Give the key a name that says what it is for.")
                .MaximumLength(ApiKey.LabelLength)
                .WithMessage($"The name of a key can have at most {ApiKey.LabelLength} characters.")
                .OverridePropertyName("label");
            RuleFor(command => command.Scopes)
                .NotEmpty()
                .WithMessage("Choose at least one thing that the key may do.")
                .OverridePropertyName("scopes");
            RuleFor(command => command.Days)
                .InclusiveBetween(1, MostDays)
                .WithMessage($"A key expires after 1 to {MostDays} days.")
                .OverridePropertyName("days");
        }
    }

    internal sealed class Handler(IRepository<ApiKey> keys, TimeProvider time) : IRequestHandler<Command, Response>
    {
        public Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var text = KeyText.Create();
            var now = time.GetUtcNow();
            var key = ApiKey.Create(
                request.AccountId,
                request.Label.Trim(),
                KeyText.HintOf(text),
                KeyText.HashOf(text),
                [.. request.Scopes.Distinct().Order()],
                now.AddDays(request.Days),
                now
            );
            keys.Add(key);
            return Task.FromResult(new Response(text, KeyView.From(key)));
        }
    }
}
