using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Marks a labelled photo as one whose answer is known. Annotators of the loops that labelled it get it now and then, see
/// <see cref="LabelingOptions.KnownAnswerPercent"/>.
/// </summary>
public static class MarkKnownAnswer
{
    /// <param name="PredictionId">A prediction of the photo.</param>
    /// <param name="By">The manager, as histories show the name.</param>
    public sealed record Command(Guid PredictionId, string By) : ICommand<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Labels, "Marked a photo as a known answer", PredictionId.ToString());
    }

    /// <param name="Items">The known answers of the photo, one for each loop that labelled it.</param>
    public sealed record Response(IReadOnlyList<KnownAnswerItem> Items);

    internal sealed class Validator : AbstractValidator<Command>
    {
        private const int NameLength = 200;

        public Validator() => RuleFor(command => command.By).MaximumLength(NameLength);
    }

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        IRepository<AnnotationTask> tasks,
        IRepository<PlantedAnswer> planted,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        /// <exception cref="NotFoundException">There is no such prediction.</exception>
        /// <exception cref="ConflictException">No loop has an answer for the photo.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var photo = await predictions.FindAsync(request.PredictionId, cancellationToken);
            var labelled = (await tasks.ListAsync(new TasksOfPhotos([photo.Photo.UploadSha256]), cancellationToken))
                .Where(task => task.State == TaskState.Labelled)
                .ToList();
            if (labelled.Count == 0)
                throw new ConflictException("This photo has no label that people agree on, so its answer is not known.");
            var shown = (
                await predictions.ListAsync(
                    new PredictionsWithModels([.. labelled.Select(task => task.PredictionId).Distinct()]),
                    cancellationToken
                )
            ).ToDictionary(prediction => prediction.Id);
            var known = (
                await planted.ListAsync(new PlantedAnswersOf([.. labelled.Select(task => task.Id)]), cancellationToken)
            ).ToDictionary(answer => answer.TaskId);
            var items = new List<KnownAnswerItem>();
            foreach (var task in labelled.OrderBy(task => task.Loop, StringComparer.Ordinal))
            {
                if (!known.TryGetValue(task.Id, out var answer))
                    planted.Add(answer = PlantedAnswer.Of(task, request.By, time.GetUtcNow()));
                items.Add(KnownAnswerItem.From(answer, task, shown[task.PredictionId]));
            }

            return new Response(items);
        }
    }
}
