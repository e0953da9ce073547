using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Returns whether the answer of a photo is known or could be, so that its page shows the right button.</summary>
public static class GetKnownAnswer
{
    /// <param name="PredictionId">A prediction of the photo.</param>
    public sealed record Query(Guid PredictionId) : IRequest<Response>;

    /// <param name="MayMark">Whether people agree on a label, so that the photo can be marked.</param>
    /// <param name="IsMarked">Whether the photo is marked.</param>
    public sealed record Response(bool MayMark, bool IsMarked);

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        IRepository<AnnotationTask> tasks,
        IRepository<PlantedAnswer> planted
    ) : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">There is no such prediction.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var photo = await predictions.FindAsync(request.PredictionId, cancellationToken);
            var found = await tasks.ListAsync(new TasksOfPhotos([photo.Photo.UploadSha256]), cancellationToken);
            var marked =
                found.Count > 0
                && await planted.CountAsync(new PlantedAnswersOf([.. found.Select(task => task.Id)]), cancellationToken) > 0;
            return new Response(found.Any(task => task.State == TaskState.Labelled), marked);
        }
    }
}
