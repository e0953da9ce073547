namespace GourmetGram.Domain.Labeling;

/// <summary>
/// The known answer of a labelled photo, which is handed out again now and then to see how reliable people are. Their answers are labels
/// with the source <see cref="LabelSource.Planted"/>, which never count.
/// </summary>
public sealed class PlantedAnswer
{
    private PlantedAnswer()
    {
        By = null!;
    }

    /// <summary>The decided task whose photo is handed out.</summary>
    public Guid TaskId { get; private init; }

    /// <summary>The kind of the answer: a class or none of the classes.</summary>
    public AnswerKind AnswerKind { get; private init; }

    /// <summary>Index of the class; null unless the answer is a class.</summary>
    public int? ClassIndex { get; private init; }

    /// <summary>The person who marked the photo, as histories show the name.</summary>
    public string By { get; private init; }

    /// <summary>When the photo was marked, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Takes the answer that people agreed on as known.</summary>
    /// <exception cref="InvalidOperationException">People have not agreed on an answer.</exception>
    public static PlantedAnswer Of(AnnotationTask task, string by, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task is not { State: TaskState.Labelled, AnswerKind: { } kind })
            throw new InvalidOperationException($"Task {task.Id} is {task.State}, so its answer is not known.");
        return new PlantedAnswer
        {
            TaskId = task.Id,
            AnswerKind = kind,
            ClassIndex = task.ClassIndex,
            By = by,
            CreatedAt = now,
        };
    }
}
