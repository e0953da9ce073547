using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Creates a link that opens a photo without a cookie or key, for a limited time.</summary>
public static class CreateMediaLink
{
    /// <summary>The longest lifetime of a link.</summary>
    public static readonly TimeSpan MaximumLifetime = TimeSpan.FromDays(7);

    /// <param name="PredictionId">The prediction whose photo the link opens.</param>
    /// <param name="Caller">The caller who shares the photo.</param>
    /// <param name="Lifetime">How long the link is valid: one second to seven days.</param>
    /// <param name="Width">Longer side in pixels: 160, 480 or 1280 for a JPEG thumbnail; null for the photo itself.</param>
    public sealed record Command(Guid PredictionId, Caller Caller, TimeSpan Lifetime, int? Width = null) : IRequest<Response>;

    /// <param name="Url">The link.</param>
    /// <param name="ExpiresAt">When the link expires, UTC.</param>
    public sealed record Response(string Url, DateTimeOffset ExpiresAt);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(c => c.Lifetime)
                .InclusiveBetween(TimeSpan.FromSeconds(1), MaximumLifetime)
                .OverridePropertyName("seconds")
                .WithMessage($"'seconds' must be from 1 to {MaximumLifetime.TotalSeconds}.");
            RuleFor(c => c.Width).IsThumbnailSize("width");
        }
    }

    internal sealed class Handler(IRepository<Prediction> predictions, IMediaLinks links, TimeProvider time)
        : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var prediction = await predictions.FindUsableAsync(request.PredictionId, request.Caller, cancellationToken);
            var expiresAt = DateTimeOffset.FromUnixTimeSeconds((time.GetUtcNow() + request.Lifetime).ToUnixTimeSeconds());
            return new Response(
                await links.AddressOfAsync(new MediaLink(prediction.Id, request.Width, expiresAt), cancellationToken),
                expiresAt
            );
        }
    }
}
