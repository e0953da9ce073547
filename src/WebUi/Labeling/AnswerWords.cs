using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using GourmetGram.WebUi.Feedback;

namespace GourmetGram.WebUi.Labeling;

/// <summary>Puts answers into words, and the reasons why an answer was not saved.</summary>
internal static class AnswerWords
{
    /// <param name="answer">The kind of the answer.</param>
    /// <param name="name">The class; null unless the answer is a class.</param>
    public static string Of(AnswerKind answer, string? name = null) =>
        answer switch
        {
            AnswerKind.None => "None of these",
            AnswerKind.Unusable => "Can’t tell",
            _ => name!,
        };

    /// <summary>
    /// Returns the answers that are not a class, each with its keyboard key, in the order in which they follow the classes.
    /// </summary>
    /// <param name="classes">How many classes there are.</param>
    public static (char? Key, AnswerKind Answer)[] Behind(int classes)
    {
        var (none, unusable) = ClassChoice.AnswerKeysBehind(classes);
        return [(none, AnswerKind.None), (unusable, AnswerKind.Unusable)];
    }

    /// <summary>
    /// Returns whether a request was refused for a reason that the person can read, for example because somebody else was faster.
    /// </summary>
    public static bool IsRefusal(Exception e) => e is NotFoundException or ConflictException or ValidationException;

    /// <summary>Returns a refusal in words.</summary>
    /// <param name="e">The refusal.</param>
    /// <param name="gone">Text for a photo that was deleted.</param>
    /// <param name="unsaved">Text before the reason of a conflict.</param>
    public static string OfRefusal(Exception e, string gone, string unsaved) =>
        e switch
        {
            NotFoundException => gone,
            ValidationException refused => string.Join(" ", refused.Errors.Select(error => error.ErrorMessage)),
            _ => $"{unsaved} {e.Message}",
        };
}
