namespace GourmetGram.Domain.Labeling;

/// <summary>The kinds of answers that a label can give.</summary>
public enum AnswerKind
{
    /// <summary>The photo shows a class of the model.</summary>
    Class = 0,

    /// <summary>The photo shows none of the model's classes, so whatever the model said is wrong.</summary>
    None,

    /// <summary>The photo cannot be judged. It counts neither for nor against the model.</summary>
    Unusable,
}

/// <summary>An annotator's answer to the question what a photo shows. A skip is no answer.</summary>
public sealed record Answer
{
    private Answer(AnswerKind kind, int? classIndex) => (Kind, ClassIndex) = (kind, classIndex);

    /// <summary>None of the model's classes.</summary>
    public static Answer None { get; } = new(AnswerKind.None, classIndex: null);

    /// <summary>The photo cannot be judged.</summary>
    public static Answer Unusable { get; } = new(AnswerKind.Unusable, classIndex: null);

    public AnswerKind Kind { get; }

    /// <summary>The class, in model order; null unless the answer is <see cref="AnswerKind.Class"/>.</summary>
    public int? ClassIndex { get; }

    /// <summary>Creates an answer that names a class of the model.</summary>
    /// <param name="index">Index of the class, in model order.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static Answer Class(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new Answer(AnswerKind.Class, index);
    }

    /// <summary>Creates an answer from the two columns of a row that store it.</summary>
    /// <returns>Null for a row without an answer.</returns>
    internal static Answer? From(AnswerKind? kind, int? classIndex) => kind is { } known ? new Answer(known, classIndex) : null;
}
