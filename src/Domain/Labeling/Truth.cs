namespace GourmetGram.Domain.Labeling;

/// <summary>What follows from the labels of a task.</summary>
/// <param name="State">What the task is.</param>
/// <param name="ClassIndex">The class; null unless the task is labelled.</param>
public sealed record Verdict(TaskState State, int? ClassIndex);

/// <summary>
/// The rule that says what a photo shows, by what people said of it in one loop. With one vote the latest decision counts, also when it is a skip. With several, each person has one vote, the
/// latest of theirs; when enough people have voted, the class that more of them named than any other is the truth; a tie asks one person more; where all skipped, the photo is skipped.
/// </summary>
public static class Truth
{
    /// <param name="labels">Labels of one task, in any order; those that are not current do not count.</param>
    /// <param name="votes">How many people should label it.</param>
    /// <param name="isBlind">Whether the task is: then labels from a screen that showed the model's answer do not count.</param>
    /// <returns><see cref="TaskState.Created"/> while people are still to be asked.</returns>
    public static Verdict Of(IEnumerable<HumanLabel> labels, int votes, bool isBlind)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var latest = labels
            .Where(label => label.EndedAt is null && !(isBlind && label.ShowedAnswer))
            .GroupBy(label => label.Person, StringComparer.Ordinal)
            .Select(group => group.MaxBy(label => (label.CreatedAt, label.Id))!)
            .OrderBy(label => (label.CreatedAt, label.Id))
            .ToList();
        if (latest.Count < votes)
            return new Verdict(TaskState.Created, ClassIndex: null);
        if (votes == 1)
            return Closed(latest[^1].ClassIndex);
        var ranking = latest
            .Where(label => label.ClassIndex is not null)
            .GroupBy(label => label.ClassIndex)
            .OrderByDescending(group => group.Count())
            .ToList();
        return ranking switch
        {
            [] => Closed(classIndex: null),
            [var first, var second, ..] when first.Count() == second.Count() => new Verdict(TaskState.Created, ClassIndex: null),
            [var first, ..] => Closed(first.Key),
        };
    }

    private static Verdict Closed(int? classIndex) => new(classIndex is null ? TaskState.Skipped : TaskState.Labelled, classIndex);
}
