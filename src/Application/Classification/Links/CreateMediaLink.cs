using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Makes a link that opens a photo without cookie or key, for a while.</summary>
public static class CreateMediaLink
{
    /// <summary>The longest that a link is valid.</summary>
    public static readonly TimeSpan MaximumLifetime = TimeSpan.FromDays(7);

    /// <param name="PredictionId">Whose photo.</param>
    /// <param name="Caller">Who wants to pass it on.</param>
    /// <param name="Lifetime">How long the link is valid: a second to seven days.</param>
    /// <param name="Width">Most pixels of the longer side: 160, 480 or 1280 for a JPEG thumbnail; null for the photo itself.</param>
    public sealed record Command(Guid PredictionId, Caller Caller, TimeSpan Lifetime, int? Width = null) : IRequest<Response>;

    /// <param name="Url">The link.</param>
    /// <param name="ExpiresAt">From when it opens nothing any more, UTC.</param>
    public sealed record Response(string Url, DateTimeOffset ExpiresAt);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(c => c.Lifetime)
                .InclusiveBetween(TimeSpan.FromSeconds(1), MaximumLifetime)
                .OverridePropertyName("seconds")
                .WithMessage($"'seconds' is between 1 and {MaximumLifetime.TotalSeconds}.");
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
