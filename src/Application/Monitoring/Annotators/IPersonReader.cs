using System.Collections.Immutable;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Monitoring;

/// <summary>Reads what one person has labelled, and what others said about the same photos.</summary>
public interface IPersonReader
{
    /// <param name="person">The person, see <see cref="HumanLabel.Person"/>.</param>
    /// <param name="spans">The times to count from.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    Task<PersonLabels> ReadAsync(string person, PersonSpans spans, CancellationToken cancellationToken);
}

/// <param name="Today">First moment of the day, UTC.</param>
/// <param name="Week">First moment of the last seven days, UTC.</param>
/// <param name="Compared">First moment from which labels are compared with those of others, UTC.</param>
/// <param name="LongestLook">Longer looks at a photo are pauses, and are left out.</param>
/// <param name="MostLooks">Number of the latest looks that are read.</param>
public sealed record PersonSpans(DateTimeOffset Today, DateTimeOffset Week, DateTimeOffset Compared, TimeSpan LongestLook, int MostLooks);

/// <param name="Counts">The person's own labels and skips by kind and end. Decisions between labels of others are not among them.</param>
/// <param name="Looks">How long the person looked at the photos labelled last.</param>
/// <param name="Answers">Current answers (a class, or none of the classes) to photos that the person labelled lately: the person's, those
/// of others, and decisions.</param>
/// <param name="Classes">The classes in model order, by the model version of the answers.</param>
public sealed record PersonLabels(
    IReadOnlyList<PersonCount> Counts,
    IReadOnlyList<TimeSpan> Looks,
    IReadOnlyList<GivenLabel> Answers,
    IReadOnlyDictionary<Guid, ImmutableArray<string>> Classes
)
{
    /// <summary>Number of current answers to photos whose answer is known.</summary>
    public required int Planted { get; init; }

    /// <summary>Number of these that are the known answer.</summary>
    public required int PlantedSame { get; init; }
}

/// <summary>The number of labels or skips of one kind.</summary>
/// <param name="Kind">The kind of the answer; null for skips.</param>
/// <param name="End">Why they are no longer current; null for current ones.</param>
/// <param name="All">Number since the beginning.</param>
/// <param name="Week">Number in the last seven days.</param>
/// <param name="Today">Number today.</param>
/// <param name="Notes">Number with a note.</param>
public sealed record PersonCount(AnswerKind? Kind, LabelEnd? End, int All, int Week, int Today, int Notes);
