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
