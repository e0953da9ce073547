using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// The answers that are compared: at most one of each person to each photo, however many loops asked for it. Users who correct or confirm
/// are one rater per source.
/// </summary>
internal sealed class AnswerTable
{
    private readonly Dictionary<Guid, int[]> numbers;
    private readonly int noneOfThese;

    private AnswerTable(GivenAnswers given, IReadOnlyList<ModelVersion> models)
    {
        var found = given.Labels.Select(row => row.ModelVersionId).Concat(given.Feedback.Select(row => row.ModelVersionId)).ToHashSet();
        var known = models.Where(model => found.Contains(model.Id)).Reverse().ToList();
        // Versions can have other classes, or the same ones in another order.
        var names = known.SelectMany(model => model.Labels).Distinct(StringComparer.Ordinal).ToList();
        var places = names.Index().ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
        numbers = known.ToDictionary(model => model.Id, model => model.Labels.Select(name => places[name]).ToArray());
        noneOfThese = names.Count;

        var labels = given.Labels.Where(IsByPerson).ToList();
        Labels = labels.ToLookup(label => label.Person, StringComparer.Ordinal);
        Persons = [.. labels.Select(label => label.Person).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var users = AnswersOfUsers(given);
        Sources = [.. users.Select(answer => answer.Source).Distinct().Order()];
        var byPersons = LatestOf(labels);
        var photos = byPersons
            .Select(answer => answer.Photo)
            .Concat(users.Select(answer => answer.Photo))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Index()
            .ToDictionary(photo => photo.Item, photo => photo.Index, StringComparer.Ordinal);
        Photos = photos.Count;
        Answers =
        [
            .. byPersons
                .Select(answer => new RaterAnswer(photos[answer.Photo], Persons.IndexOf(answer.Person), answer.Number))
                .Concat(
                    users.Select(answer => new RaterAnswer(
                        photos[answer.Photo],
                        Persons.Count + Sources.IndexOf(answer.Source),
                        answer.Number
                    ))
                )
                .OrderBy(answer => (answer.Photo, answer.Rater, answer.Class)),
        ];
        Gold = given
            .Labels.Where(label => label.Source == LabelSource.Adjudication && photos.ContainsKey(label.PhotoSha256))
            .GroupBy(label => photos[label.PhotoSha256])
            .Select(photo => (Photo: photo.Key, Number: NumberOf(photo.MaxBy(label => (label.CreatedAt, label.Id))!)))
            .Where(photo => photo.Number is not null)
            .ToDictionary(photo => photo.Photo, photo => photo.Number!.Value);
        BlindAnswers =
        [
            .. LatestOf(labels.Where(label => label.IsBlind))
                .GroupBy(answer => answer.Photo, StringComparer.Ordinal)
                .OrderBy(photo => photo.Key, StringComparer.Ordinal)
                .Select(photo => photo.Select(answer => answer.Number).ToList()),
        ];
    }

    /// <summary>The persons, who are the first raters.</summary>
    public List<string> Persons { get; }

    /// <summary>The sources of users' answers, which are the raters after the persons.</summary>
    public List<FeedbackSource> Sources { get; }

    /// <summary>All current labels and skips by person.</summary>
    public ILookup<string, GivenLabel> Labels { get; }

    /// <summary>Number of photos with answers.</summary>
    public int Photos { get; }

    /// <summary>Number of different answers: the classes of all models, and "none of these classes".</summary>
    public int Classes => noneOfThese + 1;

    /// <summary>The answers, ordered by photo and rater.</summary>
    public IReadOnlyList<RaterAnswer> Answers { get; }

    /// <summary>The answer of each photo that an administrator decided.</summary>
    public IReadOnlyDictionary<int, int> Gold { get; }

    /// <summary>The answers of persons who had not seen the model's answer, per photo.</summary>
    public IReadOnlyList<IReadOnlyList<int>> BlindAnswers { get; }

    /// <param name="given">The current answers.</param>
    /// <param name="models">All model versions, oldest first.</param>
    public static AnswerTable Of(GivenAnswers given, IReadOnlyList<ModelVersion> models) => new(given, models);

    private static bool IsByPerson(GivenLabel label) => label.Source is LabelSource.Review or LabelSource.LabelStudio;

    private int? NumberOf(GivenLabel label) =>
        label.Kind switch
        {
            AnswerKind.Class => NumberOf(label.ModelVersionId, label.ClassIndex!.Value),
            AnswerKind.None => noneOfThese,
            _ => null,
        };

    /// <summary>Returns null for an index that the model does not have: a task can show a copy that another model answered.</summary>
    private int? NumberOf(Guid modelVersionId, int index) =>
        numbers.TryGetValue(modelVersionId, out var known) && index < known.Length ? known[index] : null;

    private List<(string Photo, string Person, int Number)> LatestOf(IEnumerable<GivenLabel> labels) =>
        [
            .. labels
                .Where(label => label.Kind is not null)
                .GroupBy(label => (label.PhotoSha256, label.Person))
                .Select(group => (group.Key, Number: NumberOf(group.MaxBy(label => (label.CreatedAt, label.Id))!)))
                .Where(row => row.Number is not null)
                .Select(row => (row.Key.PhotoSha256, row.Key.Person, row.Number!.Value)),
        ];

    /// <summary>
    /// Returns the latest answer of each user to each photo. Labels with the source <see cref="LabelSource.Correction"/> repeat
    /// corrections,
    /// so they are left out; those from files of the lab's web app are corrections of its users.
    /// </summary>
    private List<(string Photo, FeedbackSource Source, int Number)> AnswersOfUsers(GivenAnswers given)
    {
        var feedback = given.Feedback.Select(row =>
            (
                Key: (row.PhotoSha256, row.Source, Rater: row.Rater.ToString()),
                row.CreatedAt,
                Number: NumberOf(row.ModelVersionId, row.ClassIndex)
            )
        );
        var files = given
            .Labels.Where(label => label.Source == LabelSource.Lab && label.Kind is not null)
            .Select(label =>
                (
                    Key: (label.PhotoSha256, Source: FeedbackSource.Imported, Rater: Actor.Anonymous.ToString()),
                    label.CreatedAt,
                    Number: NumberOf(label)
                )
            );
        return
        [
            .. feedback
                .Concat(files)
                .GroupBy(row => row.Key)
                .Select(group => (group.Key, group.MaxBy(row => row.CreatedAt).Number))
                .Where(row => row.Number is not null)
                .Select(row => (row.Key.PhotoSha256, row.Key.Source, row.Number!.Value)),
        ];
    }
}
