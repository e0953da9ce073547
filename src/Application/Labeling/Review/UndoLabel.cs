using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Withdraws a person's own decision. The decision stays on record as withdrawn, and its task is offered again, to the same person first.
/// </summary>
public static class UndoLabel
{
    /// <param name="LabelId">The decision.</param>
    /// <param name="Caller">The annotator who withdraws the decision.</param>
    public sealed record Command(Guid LabelId, Caller Caller) : ICommand<Response>;

    /// <param name="TaskId">The task that is offered again.</param>
    public sealed record Response(Guid TaskId);

    internal sealed class Handler(IRepository<AnnotationTask> tasks, IRepository<HumanLabel> labels, LabelRecorder recorder)
        : IRequestHandler<Command, Response>
    {
        /// <exception cref="NotFoundException">There is no such decision, or another person made it.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var person = request.Caller.RequireIdentity("Labelling").ToString();
            if (
                await labels.FirstOrDefaultAsync(new LabelById(request.LabelId), cancellationToken) is not { } found
                || found.Person != person
            )
                throw new NotFoundException($"Label {request.LabelId}");
            if (found.Source == LabelSource.Planted)
            {
                await recorder.TakeBackPlantedAsync(found.TaskId, person, label => label.Id == found.Id, cancellationToken);
                return new Response(found.TaskId);
            }

            // The photo may have been deleted since, with its task and labels.
            var task = await tasks.FirstOrDefaultAsync(new TaskById(found.TaskId), cancellationToken)
                ?? throw new NotFoundException($"Label {request.LabelId}");
            var all = await labels.ListAsync(new LabelsOfTask(task.Id), cancellationToken);
            var label = all.FirstOrDefault(other => other.Id == found.Id) ?? throw new NotFoundException($"Label {request.LabelId}");
            if (label.EndedAt is null)
                recorder.TakeBack(label, task, all);
            return new Response(task.Id);
        }
    }
}
