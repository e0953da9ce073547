using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Records that a person cannot tell what a photo shows.</summary>
public static class SkipTask
{
    /// <param name="TaskId">The task.</param>
    /// <param name="Caller">Who cannot tell.</param>
    /// <param name="Note">What the person noted; null for nothing.</param>
    /// <param name="Took">How long the person looked; null when unknown.</param>
    public sealed record Command(Guid TaskId, Caller Caller, string? Note = null, TimeSpan? Took = null) : IRequest<LabelResponse>;

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(c => c.Note).MaximumLength(HumanLabel.NoteLength).OverridePropertyName("note").WithMessage(LabelTask.NoteMessage);
        }
    }

    internal sealed class Handler(LabelDesk desk) : IRequestHandler<Command, LabelResponse>
    {
        /// <exception cref="NotFoundException">There is no such task.</exception>
        /// <exception cref="ConflictException">Somebody else has it, or has decided on it.</exception>
        public Task<LabelResponse> Handle(Command request, CancellationToken cancellationToken) =>
            desk.DecideAsync(request.TaskId, request.Caller, _ => null, request.Note, request.Took, cancellationToken);
    }
}
