using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>Finds what is to be handed out; no rows are loaded to find it.</summary>
public interface ITaskFinder
{
    /// <summary>The first open task of a loop that a person may have: nobody else has it, and the person has not decided on it. What the person has already comes first.</summary>
    /// <param name="name">Name of the loop.</param>
    /// <param name="person">Who asks.</param>
    /// <param name="holding">Tasks that the person has and does not want again.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The task, to be changed; null when there is none.</returns>
    Task<AnnotationTask?> NextAsync(
        string name,
        string person,
        IReadOnlyCollection<Guid> holding,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>How many tasks of a loop a person has decided and can still be asked for.</summary>
    Task<ReviewProgress> MeasureAsync(string name, string person, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>A person's latest current decisions in a loop, newest first.</summary>
    Task<IReadOnlyList<Decision>> LatestAsync(string name, string person, int count, CancellationToken cancellationToken);
}

/// <summary>How far a person is in a loop.</summary>
/// <param name="Decided">Labels and skips since the moment asked for.</param>
/// <param name="Left">Open tasks that the person may still get, whoever has them now.</param>
/// <param name="InLastMinute">Labels and skips in the last 60 seconds.</param>
public sealed record ReviewProgress(int Decided, int Left, int InLastMinute);

/// <summary>A decision and what the model had said, for the person who made it.</summary>
/// <param name="LabelId">The label, to take it back.</param>
/// <param name="PredictionId">The photo that was shown.</param>
/// <param name="ClassIndex">The class; null for a skip.</param>
/// <param name="Classes">Names of the classes, in model order.</param>
/// <param name="PredictedIndex">What the model had said.</param>
public sealed record Decision(Guid LabelId, Guid PredictionId, int? ClassIndex, IReadOnlyList<string> Classes, int PredictedIndex);
