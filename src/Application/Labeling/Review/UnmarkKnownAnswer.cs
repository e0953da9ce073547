using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Takes a photo out of the known answers. Answers that people gave to it stay stored, and count nowhere any more.</summary>
public static class UnmarkKnownAnswer
{
    /// <param name="PredictionId">A prediction of the photo.</param>
    public sealed record Command(Guid PredictionId) : ICommand<Unit>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Labels, "Took a photo out of the known answers", PredictionId.ToString());
    }

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        IRepository<AnnotationTask> tasks,
        IRepository<PlantedAnswer> planted
    ) : IRequestHandler<Command, Unit>
    {
        /// <exception cref="NotFoundException">There is no such prediction.</exception>
        public async Task<Unit> Handle(Command request, CancellationToken cancellationToken)
        {
            var photo = await predictions.FindAsync(request.PredictionId, cancellationToken);
            var found = await tasks.ListAsync(new TasksOfPhotos([photo.Photo.UploadSha256]), cancellationToken);
            foreach (var answer in await planted.ListAsync(new PlantedAnswersOf([.. found.Select(task => task.Id)]), cancellationToken))
                planted.Remove(answer);
            return Unit.Value;
        }
    }
}
