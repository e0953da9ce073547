using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Names the answers that are not a class, for labelling tools that know only texts. When a class has the same name, the answer gets a
/// suffix, so that each text has one meaning.
/// </summary>
public static class AnswerChoices
{
    private const string None = "None of these classes";
    private const string Unusable = "Unusable photo";
    private const string Suffix = " (not a class)";

    /// <summary>Returns the text of <see cref="Answer.None"/> that differs from these classes.</summary>
    public static string NoneBeside(IReadOnlyCollection<string> classes) => Beside(None, classes);

    /// <summary>Returns the text of <see cref="Answer.Unusable"/> that differs from these classes.</summary>
    public static string UnusableBeside(IReadOnlyCollection<string> classes) => Beside(Unusable, classes);

    /// <summary>Returns the answer that a chosen text means, for a photo that this model classified.</summary>
    /// <returns>The answer; null when the text means none, because the model has no such class.</returns>
    public static Answer? Read(string choice, ModelVersion model)
    {
        ArgumentNullException.ThrowIfNull(choice);
        ArgumentNullException.ThrowIfNull(model);
        if (model.FindClass(choice) is { } label)
            return Answer.Class(label.Index);
        // The labelling tool may have offered the classes of another model version, and so another suffix.
        while (choice.EndsWith(Suffix, StringComparison.Ordinal))
            choice = choice[..^Suffix.Length];
        return choice switch
        {
            None => Answer.None,
            Unusable => Answer.Unusable,
            _ => null,
        };
    }

    private static string Beside(string text, IReadOnlyCollection<string> classes)
    {
        while (classes.Contains(text, StringComparer.Ordinal))
            text += Suffix;
        return text;
    }
}
