using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Opens the photo of a prediction, as stored or as a thumbnail.</summary>
public static class GetPredictionImage
{
    /// <summary>The thumbnail sizes available, as the longer side in pixels.</summary>
    public static IReadOnlyList<int> Sizes => Thumbnails.Sizes;

    /// <param name="PredictionId">The prediction.</param>
    /// <param name="Caller">The caller who wants to see it.</param>
    /// <param name="Size">Longer side in pixels: 160, 480 or 1280 for a JPEG thumbnail; null for the photo itself.</param>
    public sealed record Query(Guid PredictionId, Caller Caller, int? Size = null) : IRequest<PhotoImage>;

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator() => RuleFor(q => q.Size).IsThumbnailSize("size");
    }

    internal sealed class Handler(IRepository<Prediction> predictions, PhotoImages images) : IRequestHandler<Query, PhotoImage>
    {
        public async Task<PhotoImage> Handle(Query request, CancellationToken cancellationToken) =>
            await images.OpenAsync(
                await predictions.FindUsableAsync(request.PredictionId, request.Caller, cancellationToken),
                request.Size,
                cancellationToken
            );
    }
}
