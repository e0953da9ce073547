using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Monitoring;

/// <summary>Compares a person's answers with those of most others, photo by photo, however many loops asked for it.</summary>
internal sealed class PersonComparison(PersonLabels found, string person)
{
    /// <summary>Name of the answer "none of these classes".</summary>
    public const string NoneOfThese = "None of these";

    /// <summary>
    /// The person's answer and that of most others, for each photo on which others do not tie. A decision between labels counts in place of
    /// the answers of others.
    /// </summary>
    public IReadOnlyList<(string Own, string Others)> Pairs { get; } =
    [
        .. found
            .Answers.GroupBy(answer => answer.PhotoSha256, StringComparer.Ordinal)
            .Select(photo => (Own: OwnOf(photo, found, person), Others: MostOf(photo, found, person)))
            .Where(pair => pair is { Own: not null, Others: not null })
            .Select(pair => (pair.Own!, pair.Others!)),
    ];

    private static string? OwnOf(IEnumerable<GivenLabel> photo, PersonLabels found, string person) =>
        photo.Where(label => label.Person == person && IsVote(label)).MaxBy(label => (label.CreatedAt, label.Id)) is { } own
            ? NameOf(own, found)
            : null;

    private static string? MostOf(IEnumerable<GivenLabel> photo, PersonLabels found, string person)
    {
        var others = photo.Where(label => label.Person != person).ToList();
        if (others.Where(label => label.Source == LabelSource.Adjudication).MaxBy(label => (label.CreatedAt, label.Id)) is { } decision)
            return NameOf(decision, found);
        var ranking = others
            .Where(IsVote)
            .GroupBy(label => label.Person, StringComparer.Ordinal)
            .Select(labels => NameOf(labels.MaxBy(label => (label.CreatedAt, label.Id))!, found))
            .OfType<string>()
            .CountBy(name => name, StringComparer.Ordinal)
            .OrderByDescending(votes => votes.Value)
            .ToList();
        return ranking.Count == 0 || (ranking.Count > 1 && ranking[0].Value == ranking[1].Value) ? null : ranking[0].Key;
    }

    private static bool IsVote(GivenLabel label) => label.Source is LabelSource.Review or LabelSource.LabelStudio;

    /// <summary>Returns null for an index that the model does not have: a task can show a copy that another model answered.</summary>
    private static string? NameOf(GivenLabel label, PersonLabels found) =>
        label.Kind == AnswerKind.None ? NoneOfThese
        : found.Classes.TryGetValue(label.ModelVersionId, out var classes) && label.ClassIndex < classes.Length
            ? classes[label.ClassIndex.Value]
        : null;
}
