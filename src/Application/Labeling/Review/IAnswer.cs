using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>An annotator's answer as the API and the pages send it, with the class as text.</summary>
internal interface IAnswer
{
    /// <summary>Name of a class of the model; null unless the answer is a class.</summary>
    string? Class { get; }

    /// <summary>The kind of the answer.</summary>
    AnswerKind Answer { get; }

    /// <summary>The person's note; null for none.</summary>
    string? Note { get; }
}

internal static class AnswerReader
{
    /// <summary>Adds the rules that apply to every answer, for any model.</summary>
    public static void RequireAnswer<T>(this AbstractValidator<T> validator)
        where T : IAnswer
    {
        validator
            .RuleFor(answer => answer.Answer)
            .IsInEnum()
            .OverridePropertyName("answer")
            .WithMessage("'answer' must be Class, None or Unusable.");
        validator
            .RuleFor(answer => answer.Class)
            .NotEmpty()
            .When(answer => answer.Answer == AnswerKind.Class)
            .OverridePropertyName("class")
            .WithMessage("'class' is missing. Send one of the task's classes, or the answer None or Unusable.");
        validator
            .RuleFor(answer => answer.Class)
            .Empty()
            .When(answer => answer.Answer != AnswerKind.Class)
            .OverridePropertyName("class")
            .WithMessage(answer => $"Leave out 'class' when the answer is {answer.Answer}.");
        validator
            .RuleFor(answer => answer.Note)
            .MaximumLength(HumanLabel.NoteLength)
            .OverridePropertyName("note")
            .WithMessage(LabelTask.NoteMessage);
    }

    /// <summary>Returns the answer in the classes of the model that classified the photo.</summary>
    /// <exception cref="ValidationException">The model has no such class.</exception>
    public static Answer AnswerFor(this IAnswer answer, ModelVersion model) =>
        answer.Answer switch
        {
            AnswerKind.None => Answer.None,
            AnswerKind.Unusable => Answer.Unusable,
            _ => model.FindClass(answer.Class!) is { } label
                ? Answer.Class(label.Index)
                : throw new ValidationException([
                    new ValidationFailure(
                        "class",
                        $"There is no class '{answer.Class}'. The classes are: {string.Join(", ", model.Labels)}."
                    ),
                ]),
        };
}
