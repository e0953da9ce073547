using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Opens the photo that a signed link points to, for anyone who has the link.</summary>
public static class GetMedia
{
    /// <param name="Link">The link's content.</param>
    /// <param name="KeyId">Id of the key in the link.</param>
    /// <param name="Signature">The signature in the link.</param>
    public sealed record Query(MediaLink Link, string? KeyId, string? Signature) : IRequest<PhotoImage>;

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator() => RuleFor(q => q.Link.Width).IsThumbnailSize("w");
    }

    internal sealed class Handler(IMediaLinks links, IRepository<Prediction> predictions, IPhotoAliases aliases, PhotoImages images)
        : IRequestHandler<Query, PhotoImage>
    {
        /// <exception cref="LinkRefusedException">The link was not signed by us, or is no longer valid.</exception>
        /// <exception cref="NotFoundException">The link is valid, but the photo was deleted.</exception>
        public async Task<PhotoImage> Handle(Query request, CancellationToken cancellationToken)
        {
            // Checked before any lookup, so that a guessed link does not reveal which predictions exist.
            await links.RequireAsync(request.Link, request.KeyId, request.Signature, cancellationToken);
            var prediction = await predictions.FirstOrDefaultAsync(new PredictionById(request.Link.Id), cancellationToken);
            if (prediction is null && await aliases.FindAsync(request.Link.Id, cancellationToken) is { } id)
                prediction = await predictions.FirstOrDefaultAsync(new PredictionById(id), cancellationToken);
            return await images.OpenAsync(
                prediction ?? throw new NotFoundException($"Photo {request.Link.Id}"),
                request.Link.Width,
                cancellationToken
            );
        }
    }
}
