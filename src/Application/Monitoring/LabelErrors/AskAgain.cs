using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Asks another person about a photo whose label contradicts the model. The person does not see the model's answer. Until the votes decide,
/// the photo has no label.
/// </summary>
public static class AskAgain
{
    /// <param name="TaskId">The task that is handed out again.</param>
    /// <param name="Caller">The administrator.</param>
    /// <param name="Label">Name of the class that the caller saw as the label; null if the current label is meant.</param>
    public sealed record Command(Guid TaskId, Caller Caller, string? Label = null) : ICommand<LabelCheckResponse>, ILabelDecision, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Labels, "Asked another person for a label", TaskId.ToString());
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() => SuspectLoader.LimitLabel(this);
    }

    internal sealed class Handler(
        SuspectLoader suspects,
        LoopCatalogue loops,
        IRepository<HumanLabel> labels,
        IRepository<LabelCheck> checks,
        TimeProvider time
    ) : IRequestHandler<Command, LabelCheckResponse>
    {
        /// <exception cref="NotFoundException">There is no such task.</exception>
        /// <exception cref="ConflictException">
        /// The task has no class as its label, or another one than the caller saw; or nobody labels the loop on the review page.
        /// </exception>
        public async Task<LabelCheckResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var person = request.Caller.RequireIdentity("Checking labels").ToString();
            var (task, _, index) = await suspects.LoadAsync(request.TaskId, request.Label, cancellationToken);
            var loop = await loops.FindAsync(task.Loop, cancellationToken);
            // Label Studio takes a task with an annotation for finished, and cannot keep it from the person who labelled it.
            if (loop.Row.Surface == Surface.LabelStudio)
                throw new ConflictException(
                    $"{loop.Strategy.Title} is labelled in Label Studio, which cannot ask a different person. Change the label instead."
                );
            if (loop.Row.Surface != Surface.Review)
                throw new ConflictException($"Nobody labels the photos of {loop.Strategy.Title}. Change the label instead.");
            if (task.IsUnwanted)
                throw new ConflictException("This photo is no longer selected for labelling. Change the label instead.");
            var now = time.GetUtcNow();
            task.AskAgain(await labels.ListAsync(new LabelsOfTask(task.Id), cancellationToken), now);
            var check = LabelCheck.Record(task, index, CheckDecision.AskedAgain, person, now);
            checks.Add(check);
            return LabelCheckResponse.From(check);
        }
    }
}
