using System.Security.Cryptography;
using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>The photo of a prediction, as it is kept or as a thumbnail.</summary>
public static class GetPredictionImage
{
    /// <param name="PredictionId">The prediction.</param>
    /// <param name="Caller">Who wants to see it.</param>
    /// <param name="Size">Most pixels of the longer side: 160, 480 or 1280 for a JPEG thumbnail; null for the photo itself.</param>
    public sealed record Query(Guid PredictionId, Caller Caller, int? Size = null) : IRequest<Response>;

    /// <param name="Content">The bytes, seekable; the receiver disposes it.</param>
    /// <param name="MediaType">Told from the content when it was uploaded; JPEG for a thumbnail.</param>
    /// <param name="Sha256">Of the bytes, lower-case hex: an entity tag that never changes.</param>
    public sealed record Response(Stream Content, string MediaType, string Sha256);

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Size).Must(size => size is null || Thumbnails.Sizes.Contains(size.Value)).OverridePropertyName("size")
                .WithMessage($"'size' is one of {string.Join(", ", Thumbnails.Sizes)}; leave it out for the photo itself.");
        }
    }

    internal sealed class Handler(IRepository<Prediction> predictions, PhotoKeeper photos, Thumbnails thumbnails) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var prediction = await predictions.FindUsableAsync(request.PredictionId, request.Caller, cancellationToken);
            if (request.Size is { } size)
            {
                // While the photo waits for the object store, there is no use in asking it.
                var made = prediction.ImageState == ImageState.Pending ? null : await thumbnails.FindAsync(prediction.Id, size, cancellationToken);
                var thumbnail = made ?? await MakeAsync(prediction, size, request.Caller, cancellationToken);
                return new Response(
                    new MemoryStream(thumbnail, writable: false), Thumbnails.MediaType, Convert.ToHexStringLower(SHA256.HashData(thumbnail)));
            }

            var content = await photos.OpenReadAsync(prediction, cancellationToken);
            return new Response(content, prediction.Photo.MediaType, prediction.Photo.StoredSha256);
        }

        private async Task<byte[]> MakeAsync(Prediction prediction, int size, Caller caller, CancellationToken cancellationToken)
        {
            var thumbnail = await thumbnails.MakeAsync(prediction, size, photos, cancellationToken);
            try
            {
                // Erased meanwhile, perhaps after the eraser had looked for thumbnails. Whoever erases removes the row first, so asking now misses no erasure.
                await predictions.FindUsableAsync(prediction.Id, caller, CancellationToken.None);
            }
            catch (NotFoundException)
            {
                await thumbnails.RemoveAsync(prediction.Id, size);
                throw;
            }

            return thumbnail;
        }
    }
}
