namespace GourmetGram.Application.Feedback;

/// <summary>What has come of a loop.</summary>
/// <param name="Selected">Predictions that it selected.</param>
/// <param name="Waiting">Photos that people are still to be asked about.</param>
/// <param name="Labelled">Photos that have a class.</param>
/// <param name="Skipped">Photos that people could not tell.</param>
/// <param name="Agreed">Of the labelled ones, those where people said what the model had said.</param>
/// <param name="OldestWaiting">When the photo that waits longest was selected, UTC; null when none waits.</param>
/// <param name="SelectedInWeek">Predictions that it selected in the last 7 days.</param>
/// <param name="HeldBack">What people said that does not count until an administrator decides.</param>
public sealed record LoopStatistics(
    long Selected,
    long Waiting,
    long Labelled,
    long Skipped,
    long Agreed,
    DateTimeOffset? OldestWaiting,
    long SelectedInWeek,
    long HeldBack
);

/// <summary>Counts in the database; no rows are loaded.</summary>
public interface ILoopStatistics
{
    /// <summary>By name of the loop; one that is not there has done nothing yet.</summary>
    Task<IReadOnlyDictionary<string, LoopStatistics>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>How many predictions the loop of this name has selected since a moment, by predicted class.</summary>
    Task<IReadOnlyDictionary<int, int>> TakenAsync(string name, DateTimeOffset since, CancellationToken cancellationToken);
}
