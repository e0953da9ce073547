using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Gives a photo another label, because its label contradicts the model. The administrator sees the model's answer, so the photo leaves the
/// accuracy until somebody labels it without that answer. The new label can be withdrawn, see <see cref="UndoLabel"/>.
/// </summary>
public static class ChangeLabel
{
    /// <param name="TaskId">The task whose label changes.</param>
    /// <param name="Class">Name of a class of the model; null unless the answer is a class.</param>
    /// <param name="Caller">The administrator.</param>
    /// <param name="Answer">The kind of the answer.</param>
    /// <param name="Note">The administrator's note; null for none.</param>
    /// <param name="Label">Name of the class that the caller saw as the label; null if the current label is meant.</param>
    public sealed record Command(
        Guid TaskId,
        string? Class,
        Caller Caller,
        AnswerKind Answer = AnswerKind.Class,
        string? Note = null,
        string? Label = null
    ) : ICommand<LabelCheckResponse>, IAnswer, ILabelDecision, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Labels, "Changed a label", TaskId.ToString());
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            this.RequireAnswer();
            SuspectLoader.LimitLabel(this);
        }
    }

    internal sealed class Handler(
        SuspectLoader suspects,
        AnswerGuard guard,
        IRepository<HumanLabel> labels,
        IRepository<LabelCheck> checks,
        TimeProvider time
    ) : IRequestHandler<Command, LabelCheckResponse>
    {
        /// <exception cref="NotFoundException">There is no such task.</exception>
        /// <exception cref="ConflictException">
        /// The task has no class as its label, another one than the caller saw, or already the new one; or the caller is labelling the same
        /// photo without seeing the model's answer.
        /// </exception>
        public async Task<LabelCheckResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var person = request.Caller.RequireIdentity("Checking labels").ToString();
            var (task, prediction, index) = await suspects.LoadAsync(request.TaskId, request.Label, cancellationToken);
            await guard.RequireAsync(prediction, request.Caller, cancellationToken);
            var answer = request.AnswerFor(prediction.Model);
            if (answer == task.Answer)
                throw new ConflictException($"The photo's label is already {request.Class}. Keep it instead.");
            var now = time.GetUtcNow();
            var all = await labels.ListAsync(new LabelsOfTask(task.Id), cancellationToken);
            var label = task.Change(person, answer, all, now, LabelRecorder.Trim(request.Note));
            labels.Add(label);
            var check = LabelCheck.Record(task, index, CheckDecision.Changed, person, now);
            checks.Add(check);
            return LabelCheckResponse.From(check, label.Id);
        }
    }
}
