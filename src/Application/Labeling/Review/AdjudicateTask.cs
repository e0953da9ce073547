using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Records an administrator's decision about a photo that people label differently. The decision closes the task; the labels stay. Like any
/// label, the decision can be withdrawn, see <see cref="UndoLabel"/>.
/// </summary>
public static class AdjudicateTask
{
    /// <param name="TaskId">The task.</param>
    /// <param name="Class">Name of a class of the model; null unless the answer is a class.</param>
    /// <param name="Caller">The administrator who decides.</param>
    /// <param name="Note">The administrator's note; null for none.</param>
    /// <param name="Answer">The kind of the answer.</param>
    public sealed record Command(Guid TaskId, string? Class, Caller Caller, string? Note = null, AnswerKind Answer = AnswerKind.Class)
        : ICommand<LabelResponse>,
            IAnswer,
            IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Labels, "Decided a second opinion", TaskId.ToString());
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() => this.RequireAnswer();
    }

    internal sealed class Handler(
        IRepository<AnnotationTask> tasks,
        IRepository<HumanLabel> labels,
        IRepository<Prediction> predictions,
        LabelRecorder recorder,
        TimeProvider time
    ) : IRequestHandler<Command, LabelResponse>
    {
        /// <exception cref="NotFoundException">There is no such task.</exception>
        /// <exception cref="ConflictException">The labels do not disagree, or no longer do.</exception>
        public async Task<LabelResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var person = request.Caller.RequireIdentity("Labelling").ToString();
            var task = await tasks.FirstOrDefaultAsync(new TaskById(request.TaskId), cancellationToken)
                ?? throw new NotFoundException($"Task {request.TaskId}");
            var prediction = await predictions.FindAsync(task.PredictionId, cancellationToken);
            var answer = request.AnswerFor(prediction.Model);
            var all = await labels.ListAsync(new LabelsOfTask(task.Id), cancellationToken);
            var decision = all.FirstOrDefault(label => label is { EndedAt: null, Source: LabelSource.Adjudication });
            var note = LabelRecorder.Trim(request.Note);
            if (decision is not null && decision.Answer == answer && decision.Note == note)
                return LabelResponse.From(decision, prediction);
            if (decision is null && !task.IsTied)
                throw new ConflictException("The labels of this photo do not conflict, so there is nothing to decide.");
            // An administrator who knows the model's answer decides, but does not measure the model.
            var sawAnswer =
                task.IsBlind
                && (
                    all.Any(label => label.Person == person && label.ShowedAnswer)
                    || await recorder.KnowsAnswerAsync(task, request.Caller.Actor, cancellationToken)
                );
            var label = task.Adjudicate(person, answer, all, time.GetUtcNow(), note, sawAnswer);
            labels.Add(label);
            return LabelResponse.From(label, prediction);
        }
    }
}
