using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Opens the photo that a task shows, for annotators. Neither the address nor the response leads to the prediction.</summary>
public static class GetTaskImage
{
    /// <param name="TaskId">The task.</param>
    /// <param name="Size">Maximum length of the longer side in pixels: 160, 480 or 1280 for a JPEG thumbnail; null for the photo
    /// itself.</param>
    public sealed record Query(Guid TaskId, int? Size = null) : IRequest<PhotoImage>;

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator() => RuleFor(q => q.Size).IsThumbnailSize("size");
    }

    internal sealed class Handler(IPhotoAliases aliases, IRepository<Prediction> predictions, PhotoImages images)
        : IRequestHandler<Query, PhotoImage>
    {
        /// <exception cref="NotFoundException">There is no such task, or its photo was deleted.</exception>
        public async Task<PhotoImage> Handle(Query request, CancellationToken cancellationToken)
        {
            var prediction = await aliases.FindAsync(request.TaskId, cancellationToken) is { } id
                ? await predictions.FirstOrDefaultAsync(new PredictionById(id), cancellationToken)
                : null;
            return prediction is null
                ? throw new NotFoundException($"Task {request.TaskId}")
                : await images.OpenAsync(prediction, request.Size, cancellationToken);
        }
    }
}
