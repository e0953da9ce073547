using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>Finds and counts tasks and labels for reviewers.</summary>
public interface ITaskFinder
{
    /// <summary>
    /// Returns the first task of a loop that a person can label. The task is unanswered and not leased to another person, and the person
    /// has not decided on it. The task does not show the model's answer on a photo that the person has in a blind task. Skipped tasks come
    /// last; otherwise tasks that are leased to the person come first.
    /// </summary>
    /// <param name="name">Name of the loop.</param>
    /// <param name="person">The annotator who asks.</param>
    /// <param name="holding">Tasks that the person has and does not want again.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="trialId">The comparison of two models whose drawn photos are wanted; null for all photos of the loop.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The task, tracked for changes; null when there is none.</returns>
    Task<AnnotationTask?> NextAsync(
        string name,
        string person,
        IReadOnlyCollection<Guid> holding,
        DateTimeOffset now,
        Guid? trialId,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Returns how many planted photos a person has answered, and which planted tasks of a loop are left for the person: those whose answer
    /// is still the known one, and on which the person has not decided.
    /// </summary>
    Task<PlantedWork> PlantedAsync(string name, string person, CancellationToken cancellationToken);

    /// <summary>
    /// Returns another copy for each task that shows one of these predictions: the first other copy of the photo that the loop selected.
    /// </summary>
    /// <param name="predictionIds">The predictions; none of them is returned as a copy.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The copy's prediction by the task's id; a task without another copy is missing.</returns>
    Task<IReadOnlyDictionary<Guid, Guid>> OtherCopiesAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken);

    /// <summary>Returns how many tasks of a loop a person has decided since a moment, and how many the person can still label.</summary>
    /// <param name="name">Name of the loop.</param>
    /// <param name="person">The annotator.</param>
    /// <param name="since">Decisions before this moment do not count.</param>
    /// <param name="trialId">The comparison whose drawn photos are still wanted; null for all photos of the loop.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    Task<ReviewProgress> MeasureAsync(string name, string person, DateTimeOffset since, Guid? trialId, CancellationToken cancellationToken);

    /// <summary>Returns a person's latest current decisions in a loop, newest first.</summary>
    Task<IReadOnlyList<Decision>> LatestAsync(string name, string person, int count, CancellationToken cancellationToken);

    /// <summary>
    /// Returns a person's latest current labels in a loop since a moment that differ from the model's answer, newest first.
    /// </summary>
    Task<IReadOnlyList<Decision>> DifferencesAsync(
        string name,
        string person,
        DateTimeOffset since,
        int count,
        CancellationToken cancellationToken
    );

    /// <summary>Returns what a person has done in a loop since a moment.</summary>
    Task<ReviewTally> TallyAsync(string name, string person, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the photos that still need a label, as one person sees them, by name of the loop. A loop without such photos is missing.
    /// </summary>
    Task<IReadOnlyDictionary<string, ReviewBacklog>> BacklogsAsync(string person, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>What a person has to do with planted photos.</summary>
/// <param name="Given">Number of current answers to planted photos, in all loops.</param>
/// <param name="Left">Ids of the tasks that are left, in ascending order.</param>
public sealed record PlantedWork(int Given, IReadOnlyList<Guid> Left);

/// <summary>A person's progress in a loop.</summary>
/// <param name="Decided">Labels and skips since the given moment.</param>
/// <param name="Left">Unanswered tasks that the person can label now, including those that others skipped.</param>
/// <param name="InLastMinute">Labels and skips in the last 60 seconds.</param>
public sealed record ReviewProgress(int Decided, int Left, int InLastMinute);

/// <summary>A decision and the model's answer, for the person who decided.</summary>
/// <param name="LabelId">The label's id, for withdrawing it.</param>
/// <param name="TaskId">The task that the label answers, whose photo is shown.</param>
/// <param name="PredictionId">The prediction of that photo.</param>
/// <param name="Answer">The kind of the answer; null for a skip.</param>
/// <param name="ClassIndex">The class; null unless the answer is a class.</param>
/// <param name="Classes">Names of the classes, in model order.</param>
/// <param name="PredictedIndex">The class that the model predicted.</param>
public sealed record Decision(
    Guid LabelId,
    Guid TaskId,
    Guid PredictionId,
    AnswerKind? Answer,
    int? ClassIndex,
    IReadOnlyList<string> Classes,
    int PredictedIndex
);
