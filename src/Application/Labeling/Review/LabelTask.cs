using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Records an annotator's answer about a photo: a class, none of the classes, or unusable. A later answer supersedes the first, which stays
/// stored.
/// </summary>
public static class LabelTask
{
    /// <summary>Maximum length of an idempotency key in characters.</summary>
    public const int KeyLength = 100;

    internal static readonly string KeyMessage = $"An Idempotency-Key can have at most {KeyLength} characters.";

    internal static readonly string NoteMessage = $"A note can have at most {HumanLabel.NoteLength} characters.";

    /// <param name="TaskId">The task.</param>
    /// <param name="Class">Name of a class of the model; null unless the answer is a class.</param>
    /// <param name="Caller">The annotator.</param>
    /// <param name="Note">The annotator's note; null for none.</param>
    /// <param name="Took">How long the person looked; null when unknown.</param>
    /// <param name="Answer">The kind of the answer.</param>
    /// <param name="Key">Idempotency key: a decision that is sent again with the same key is stored once. Null for none.</param>
    public sealed record Command(
        Guid TaskId,
        string? Class,
        Caller Caller,
        string? Note = null,
        TimeSpan? Took = null,
        AnswerKind Answer = AnswerKind.Class,
        string? Key = null
    ) : ICommand<LabelResponse>, IAnswer;

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            this.RequireAnswer();
            RuleFor(c => c.Key).MaximumLength(KeyLength).OverridePropertyName("Idempotency-Key").WithMessage(KeyMessage);
        }
    }

    internal sealed class Handler(LabelRecorder recorder) : IRequestHandler<Command, LabelResponse>
    {
        /// <exception cref="NotFoundException">There is no such task.</exception>
        /// <exception cref="ConflictException">Another person holds the lease of the task, or has decided on it.</exception>
        public Task<LabelResponse> Handle(Command request, CancellationToken cancellationToken) =>
            recorder.DecideAsync(
                request.TaskId,
                request.Caller,
                request.AnswerFor,
                request.Note,
                request.Took,
                request.Key,
                cancellationToken
            );
    }
}
