using System.Collections.Immutable;

namespace GourmetGram.Domain.Labeling;

/// <summary>The result that the labels of a task lead to.</summary>
/// <param name="State">State of the task.</param>
/// <param name="Answer">The answer that says what the photo shows; null unless the task is decided.</param>
/// <param name="IsTied">Whether enough people answered, but no answer has more votes than every other.</param>
public sealed record Verdict(TaskState State, Answer? Answer, bool IsTied = false);

/// <summary>
/// Decides what a photo shows, based on its labels in one loop. With one vote, the latest answer counts. With several, each person has one
/// vote, their latest answer; when enough people have answered, the answer with more votes than any other wins. A tie asks one more person,
/// and if the tie remains, an administrator decides. An administrator's decision overrides all votes. A class, "none of these
/// classes" and "unusable" all count as answers. A skip is not an answer: it passes the photo on. If the required number of people skipped
/// the photo and nobody answered, the photo is skipped until somebody answers.
/// </summary>
public static class Truth
{
    /// <param name="labels">Labels of one task, in any order. Labels that are not current do not count.</param>
    /// <param name="votes">Number of people who should label the photo.</param>
    /// <param name="isBlind">
    /// Whether the task is blind. If so, labels from a screen that showed the model's answer are no votes. An administrator's decision
    /// counts.
    /// </param>
    /// <returns>A verdict, with <see cref="TaskState.Created"/> while more answers are needed.</returns>
    public static Verdict Of(IEnumerable<HumanLabel> labels, int votes, bool isBlind)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return OfCurrent(labels.Where(label => label.EndedAt is null), votes, isBlind);
    }

    /// <summary>Decides as <see cref="Of"/> does, with labels that were current at one moment.</summary>
    internal static Verdict OfCurrent(IEnumerable<HumanLabel> labels, int votes, bool isBlind)
    {
        var current = labels.ToList();
        if (current.Find(label => label.Source == LabelSource.Adjudication)?.Answer is { } decision)
            return Closed(decision);
        var latest = LatestOf(current, isBlind);
        var answers = latest.Select(label => label.Answer).OfType<Answer>().ToList();
        if (answers.Count < votes)
            return new Verdict(answers.Count == 0 && latest.Count >= votes ? TaskState.Skipped : TaskState.Created, Answer: null);
        if (votes == 1)
            return Closed(answers[^1]);
        var ranking = answers.CountBy(answer => answer).OrderByDescending(group => group.Value).ToList();
        if (ranking.Count == 1 || ranking[0].Value > ranking[1].Value)
            return Closed(ranking[0].Key);
        return new Verdict(answers.Count > votes ? TaskState.Disputed : TaskState.Created, Answer: null, IsTied: true);
    }

    /// <summary>Counts the people whose answers are votes.</summary>
    /// <param name="labels">Labels of one task, in any order. Labels that are not current do not count.</param>
    /// <param name="isBlind">Whether the task is blind. If so, labels from a screen that showed the model's answer do not count.</param>
    public static int CountAnswers(IEnumerable<HumanLabel> labels, bool isBlind)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return CountCurrent(labels.Where(label => label.EndedAt is null), isBlind);
    }

    /// <summary>
    /// Counts the people whose vote is a class, by class. An administrator's decision overrides all votes, so it is then the only one.
    /// </summary>
    /// <param name="labels">Labels of one task, in any order. Labels that are not current do not count.</param>
    /// <param name="isBlind">Whether the task is blind, see <see cref="Of"/>.</param>
    public static ImmutableSortedDictionary<int, int> CountClasses(IEnumerable<HumanLabel> labels, bool isBlind)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var current = labels.Where(label => label.EndedAt is null).ToList();
        var votes = current.Find(label => label is { Source: LabelSource.Adjudication, Answer: not null }) is { } decision
            ? [decision]
            : LatestOf(current, isBlind);
        return votes
            .Select(label => label.ClassIndex)
            .OfType<int>()
            .CountBy(index => index)
            .ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value);
    }

    /// <summary>Counts as <see cref="CountAnswers"/> does, with labels that were current at one moment.</summary>
    internal static int CountCurrent(IEnumerable<HumanLabel> labels, bool isBlind) =>
        LatestOf(labels, isBlind).Count(label => label.Answer is not null);

    /// <summary>Returns each person's latest label, oldest first.</summary>
    private static List<HumanLabel> LatestOf(IEnumerable<HumanLabel> current, bool isBlind) =>
        [
            .. current
                .Where(label => !(isBlind && label.ShowedAnswer))
                .GroupBy(label => label.Person, StringComparer.Ordinal)
                .Select(group => group.MaxBy(label => (label.CreatedAt, label.Id))!)
                .OrderBy(label => (label.CreatedAt, label.Id)),
        ];

    private static Verdict Closed(Answer answer) =>
        new(answer.Kind == AnswerKind.Unusable ? TaskState.Unusable : TaskState.Labelled, answer);
}
