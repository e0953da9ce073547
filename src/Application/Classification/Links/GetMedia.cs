using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>The photo that a signed link opens, for whoever has the link.</summary>
public static class GetMedia
{
    /// <param name="Link">What is asked for.</param>
    /// <param name="KeyId">The key that the link names.</param>
    /// <param name="Signature">As it stands in the link.</param>
    public sealed record Query(MediaLink Link, string? KeyId, string? Signature) : IRequest<PhotoImage>;

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator() => RuleFor(q => q.Link.Width).IsThumbnailSize("w");
    }

    internal sealed class Handler(IMediaLinks links, IRepository<Prediction> predictions, PhotoImages images)
        : IRequestHandler<Query, PhotoImage>
    {
        /// <exception cref="LinkRefusedException">The link is not one of ours, or no longer valid.</exception>
        /// <exception cref="NotFoundException">The link is valid, but the prediction was erased.</exception>
        public async Task<PhotoImage> Handle(Query request, CancellationToken cancellationToken)
        {
            // Before anything is looked up: who guesses learns nothing about which predictions there are.
            await links.RequireAsync(request.Link, request.KeyId, request.Signature, cancellationToken);
            var prediction = await predictions.FindAsync(request.Link.PredictionId, cancellationToken);
            return await images.OpenAsync(prediction, request.Link.Width, cancellationToken);
        }
    }
}
