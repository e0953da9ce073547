using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Feedback;

/// <summary>The results of a loop.</summary>
public sealed record LoopStatistics
{
    /// <summary>Predictions selected by the loop.</summary>
    public long Selected { get; init; }

    /// <summary>Different photos among the selected predictions: copies of one photo share a task.</summary>
    public long Photos { get; init; }

    /// <summary>Predictions that the loop wants but has not selected, because it is off or its limits for today are used up.</summary>
    public long Pending { get; init; }

    /// <summary>Photos that still wait for a label.</summary>
    public long Waiting { get; init; }

    /// <summary>Photos that were labelled, either with a class or as showing none of the classes.</summary>
    public long Labelled { get; init; }

    /// <summary>Labelled photos that show none of the model's classes.</summary>
    public long None { get; init; }

    /// <summary>Photos that annotators marked as impossible to judge.</summary>
    public long Unusable { get; init; }

    /// <summary>Photos that were skipped and not labelled yet. They are left to other annotators.</summary>
    public long Skipped { get; init; }

    /// <summary>Photos with conflicting labels. They wait for another annotator, or for a decision by an administrator.</summary>
    public long Disputed { get; init; }

    /// <summary>Labelled photos whose label matches the model's answer.</summary>
    public long Agreed { get; init; }

    /// <summary>When the photo that has waited longest was selected, UTC; null if none waits.</summary>
    public DateTimeOffset? OldestWaiting { get; init; }

    /// <summary>Predictions selected by the loop in the last 7 days.</summary>
    public long SelectedInWeek { get; init; }

    /// <summary>Flags or corrections held for review, which do not count until an administrator decides.</summary>
    public long HeldBack { get; init; }
}

/// <summary>How many predictions of one class and uploader a loop has selected.</summary>
/// <param name="PredictedIndex">The predicted class.</param>
/// <param name="Uploader">The uploader of the photos.</param>
/// <param name="Count">Number of predictions.</param>
public sealed record Taken(int PredictedIndex, Actor Uploader, int Count);

/// <summary>Counts a loop's results in the database, without loading rows.</summary>
public interface ILoopStatistics
{
    /// <summary>Returns the statistics by loop name. A loop without any results yet is missing.</summary>
    Task<IReadOnlyDictionary<string, LoopStatistics>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Counts the predictions that the loop of this name has selected since a moment, by predicted class and uploader.</summary>
    Task<IReadOnlyList<Taken>> TakenAsync(string name, DateTimeOffset since, CancellationToken cancellationToken);
}
