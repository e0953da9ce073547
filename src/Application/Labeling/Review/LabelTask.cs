using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Records what a person says a photo shows. Said again, another class supersedes the first, and keeps it.</summary>
public static class LabelTask
{
    internal static readonly string NoteMessage = $"A note has at most {HumanLabel.NoteLength} characters.";

    /// <param name="TaskId">The task.</param>
    /// <param name="Class">Name of a class of the model.</param>
    /// <param name="Caller">Who says so.</param>
    /// <param name="Note">What the person noted; null for nothing.</param>
    /// <param name="Took">How long the person looked; null when unknown.</param>
    public sealed record Command(Guid TaskId, string Class, Caller Caller, string? Note = null, TimeSpan? Took = null)
        : IRequest<LabelResponse>;

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(c => c.Class)
                .NotEmpty()
                .OverridePropertyName("class")
                .WithMessage("'class' is missing: name one of the task's classes.");
            RuleFor(c => c.Note).MaximumLength(HumanLabel.NoteLength).OverridePropertyName("note").WithMessage(NoteMessage);
        }
    }

    internal sealed class Handler(LabelDesk desk) : IRequestHandler<Command, LabelResponse>
    {
        /// <exception cref="NotFoundException">There is no such task.</exception>
        /// <exception cref="ConflictException">Somebody else has it, or has decided on it.</exception>
        public Task<LabelResponse> Handle(Command request, CancellationToken cancellationToken) =>
            desk.DecideAsync(
                request.TaskId,
                request.Caller,
                model =>
                    model.FindClass(request.Class)?.Index
                    ?? throw new ValidationException([
                        new ValidationFailure(
                            "class",
                            $"There is no class '{request.Class}'. The classes are: {string.Join(", ", model.Labels)}."
                        ),
                    ]),
                request.Note,
                request.Took,
                cancellationToken
            );
    }
}
