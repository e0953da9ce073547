using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Records that a person leaves a photo to other annotators. A skip decides nothing.</summary>
public static class SkipTask
{
    /// <param name="TaskId">The task.</param>
    /// <param name="Caller">The annotator who skips the photo.</param>
    /// <param name="Note">The annotator's note; null for none.</param>
    /// <param name="Took">How long the person looked; null when unknown.</param>
    /// <param name="Key">Idempotency key: a decision that is sent again with the same key is stored once. Null for none.</param>
    public sealed record Command(Guid TaskId, Caller Caller, string? Note = null, TimeSpan? Took = null, string? Key = null)
        : ICommand<LabelResponse>;

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(c => c.Note).MaximumLength(HumanLabel.NoteLength).OverridePropertyName("note").WithMessage(LabelTask.NoteMessage);
            RuleFor(c => c.Key)
                .MaximumLength(LabelTask.KeyLength)
                .OverridePropertyName("Idempotency-Key")
                .WithMessage(LabelTask.KeyMessage);
        }
    }

    internal sealed class Handler(LabelRecorder recorder) : IRequestHandler<Command, LabelResponse>
    {
        /// <exception cref="NotFoundException">There is no such task.</exception>
        /// <exception cref="ConflictException">Another person holds the lease of the task, or has decided on it.</exception>
        public Task<LabelResponse> Handle(Command request, CancellationToken cancellationToken) =>
            recorder.DecideAsync(request.TaskId, request.Caller, _ => null, request.Note, request.Took, request.Key, cancellationToken);
    }
}
