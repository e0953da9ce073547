using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Confirms a label that contradicts the model. The label stays as it is, and is not suspected again.</summary>
public static class KeepLabel
{
    /// <param name="TaskId">The task whose label is confirmed.</param>
    /// <param name="Caller">The administrator.</param>
    /// <param name="Label">Name of the class that the caller saw as the label; null if the current label is meant.</param>
    public sealed record Command(Guid TaskId, Caller Caller, string? Label = null) : ICommand<LabelCheckResponse>, ILabelDecision, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Labels, "Kept a label", TaskId.ToString());
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() => SuspectLoader.LimitLabel(this);
    }

    internal sealed class Handler(SuspectLoader suspects, IRepository<LabelCheck> checks, TimeProvider time)
        : IRequestHandler<Command, LabelCheckResponse>
    {
        /// <exception cref="NotFoundException">There is no such task.</exception>
        /// <exception cref="ConflictException">The task has no class as its label, or another one than the caller saw.</exception>
        public async Task<LabelCheckResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var person = request.Caller.RequireIdentity("Checking labels").ToString();
            var suspect = await suspects.LoadAsync(request.TaskId, request.Label, cancellationToken);
            var earlier = await checks.FirstOrDefaultAsync(new ChecksOfTask(request.TaskId), cancellationToken);
            if (earlier is { Decision: CheckDecision.Kept } && earlier.Settles(suspect.LabelIndex))
                return LabelCheckResponse.From(earlier);
            var check = LabelCheck.Record(suspect.Task, suspect.LabelIndex, CheckDecision.Kept, person, time.GetUtcNow());
            checks.Add(check);
            return LabelCheckResponse.From(check);
        }
    }
}
