using GourmetGram.Domain.Labeling;

namespace GourmetGram.Domain.Monitoring;

/// <summary>What an administrator did about a label that may be wrong.</summary>
public enum CheckDecision
{
    /// <summary>The administrator confirmed the label.</summary>
    Kept = 0,

    /// <summary>The administrator gave another label.</summary>
    Changed,

    /// <summary>Another person is asked, and the outcome decides.</summary>
    AskedAgain,
}

/// <summary>
/// Records that an administrator checked a label that may be wrong. The same label is not suspected again, but another label of the photo
/// can be.
/// </summary>
public sealed class LabelCheck
{
    private LabelCheck()
    {
        By = null!;
    }

    public Guid Id { get; private init; }

    /// <summary>The task whose label was checked.</summary>
    public Guid TaskId { get; private init; }

    /// <summary>Index of the class that was the label.</summary>
    public int LabelIndex { get; private init; }

    public CheckDecision Decision { get; private init; }

    /// <summary>Index of the class that became the label; null unless the label was changed to a class.</summary>
    public int? NewLabelIndex { get; private init; }

    /// <summary>The administrator, see <see cref="HumanLabel.Person"/>.</summary>
    public string By { get; private init; }

    /// <summary>When the label was checked, UTC.</summary>
    public DateTimeOffset At { get; private init; }

    /// <summary>Records a check.</summary>
    /// <param name="task">The task.</param>
    /// <param name="labelIndex">Index of the class that was the label before the check.</param>
    /// <param name="decision">The decision, which the task follows already.</param>
    /// <param name="by">The administrator.</param>
    /// <param name="now">The time, UTC.</param>
    public static LabelCheck Record(AnnotationTask task, int labelIndex, CheckDecision decision, string by, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new LabelCheck
        {
            Id = Guid.CreateVersion7(now),
            TaskId = task.Id,
            LabelIndex = labelIndex,
            Decision = decision,
            NewLabelIndex = decision == CheckDecision.Changed ? task.ClassIndex : null,
            By = by,
            At = now,
        };
    }

    /// <summary>
    /// Returns whether a label needs no further check: the one that was kept, the one it was changed to, or the one that people gave again.
    /// </summary>
    public bool Settles(int labelIndex) => labelIndex == (Decision == CheckDecision.Changed ? NewLabelIndex : LabelIndex);
}
