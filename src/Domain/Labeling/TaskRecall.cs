namespace GourmetGram.Domain.Labeling;

/// <summary>
/// A published task whose photo was deleted. The task must be removed from the annotation platform too. Afterwards the row separates late
/// results of this task from results that were never ours.
/// </summary>
public sealed class TaskRecall
{
    private TaskRecall()
    {
        Loop = null!;
    }

    /// <summary>Id of the task.</summary>
    public Guid Id { get; private init; }

    /// <summary>Name of the loop.</summary>
    public string Loop { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When the task was gone from the annotation platform, UTC; null until then.</summary>
    public DateTimeOffset? DoneAt { get; private set; }

    /// <summary>Creates the recall of a published task whose photo is deleted.</summary>
    public static TaskRecall Of(AnnotationTask task, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new TaskRecall
        {
            Id = task.Id,
            Loop = task.Loop,
            CreatedAt = now,
        };
    }

    /// <summary>Records that the annotation platform no longer has the task.</summary>
    public void MarkDone(DateTimeOffset now) => DoneAt = now;
}
