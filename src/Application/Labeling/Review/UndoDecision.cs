using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Withdraws a decision when the caller never got the response. If the decision was stored, it is withdrawn as by <see cref="UndoLabel"/>.
/// Sent twice, or with an unknown key, the command changes nothing.
/// </summary>
public static class UndoDecision
{
    /// <param name="TaskId">The task that was decided.</param>
    /// <param name="Key">The idempotency key of the decision.</param>
    /// <param name="Caller">The annotator who withdraws the decision.</param>
    public sealed record Command(Guid TaskId, string Key, Caller Caller) : ICommand<Unit>;

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() =>
            RuleFor(c => c.Key).MaximumLength(LabelTask.KeyLength).OverridePropertyName("key").WithMessage(LabelTask.KeyMessage);
    }

    internal sealed class Handler(IRepository<AnnotationTask> tasks, IRepository<HumanLabel> labels, LabelRecorder recorder)
        : IRequestHandler<Command, Unit>
    {
        public async Task<Unit> Handle(Command request, CancellationToken cancellationToken)
        {
            var person = request.Caller.RequireIdentity("Labelling").ToString();
            var all = await labels.ListAsync(new LabelsOfTask(request.TaskId), cancellationToken);
            var label = all.FirstOrDefault(found =>
                found.Person == person && found.EndedAt is null && found.ExternalId == LabelRecorder.NameOf(request.Key)
            );
            if (label is null)
                await recorder.TakeBackPlantedAsync(
                    request.TaskId,
                    person,
                    given => given.ExternalId == LabelRecorder.NameOf(request.Key),
                    cancellationToken
                );
            else if (await tasks.FirstOrDefaultAsync(new TaskById(request.TaskId), cancellationToken) is { } task)
                recorder.TakeBack(label, task, all);
            return Unit.Value;
        }
    }
}
