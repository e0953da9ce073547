namespace GourmetGram.Domain.Labeling;

/// <summary>A task that is gone here, and still has to go from the annotation platform: its photo was erased.</summary>
public sealed class TaskRecall
{
    private TaskRecall()
    {
        Loop = null!;
    }

    /// <summary>Of the task.</summary>
    public Guid Id { get; private init; }

    /// <summary>Name of the loop.</summary>
    public string Loop { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>A published task goes with its photo.</summary>
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
}
