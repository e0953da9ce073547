using GourmetGram.Domain.Access;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Monitoring;

/// <summary>Reads what people said about photos: labels of all loops, corrections and confirmations.</summary>
public interface IAnswerReader
{
    /// <summary>Reads the current answers about photos that were classified in a period.</summary>
    /// <param name="from">First moment of the period.</param>
    /// <param name="until">First moment after the period.</param>
    /// <param name="modelVersionIds">The model versions; null for all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<GivenAnswers> ReadAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyCollection<Guid>? modelVersionIds,
        CancellationToken cancellationToken
    );
}

/// <param name="Labels">Current labels and skips, in the order of their ids.</param>
/// <param name="Feedback">Current corrections and confirmations, without those that are held for review or rejected.</param>
/// <param name="Names">Names of the persons who gave labels, by <see cref="HumanLabel.Person"/>; persons without a name are
/// missing.</param>
public sealed record GivenAnswers(
    IReadOnlyList<GivenLabel> Labels,
    IReadOnlyList<GivenFeedback> Feedback,
    IReadOnlyDictionary<string, string> Names
);

/// <summary>A current label or skip.</summary>
public sealed record GivenLabel
{
    public required Guid Id { get; init; }

    /// <summary>SHA-256 of the uploaded photo.</summary>
    public required string PhotoSha256 { get; init; }

    /// <summary>The model version whose classes the label chose from.</summary>
    public required Guid ModelVersionId { get; init; }

    /// <summary>The person, see <see cref="HumanLabel.Person"/>.</summary>
    public required string Person { get; init; }

    public required LabelSource Source { get; init; }

    /// <summary>The kind of the answer; null for a skip.</summary>
    public required AnswerKind? Kind { get; init; }

    /// <summary>Index of the class; null unless the answer is a class.</summary>
    public required int? ClassIndex { get; init; }

    /// <summary>Whether the person had not seen the model's answer.</summary>
    public required bool IsBlind { get; init; }

    /// <summary>When the person decided, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How long the person looked; null when unknown.</summary>
    public required TimeSpan? Took { get; init; }
}

/// <summary>A current correction or confirmation.</summary>
/// <param name="PhotoSha256">SHA-256 of the uploaded photo.</param>
/// <param name="ModelVersionId">The model version whose classes the user chose from.</param>
/// <param name="Source">The channel through which it arrived.</param>
/// <param name="Rater">The user.</param>
/// <param name="ClassIndex">Index of the class.</param>
/// <param name="CreatedAt">When it was given, UTC.</param>
public sealed record GivenFeedback(
    string PhotoSha256,
    Guid ModelVersionId,
    FeedbackSource Source,
    Actor Rater,
    int ClassIndex,
    DateTimeOffset CreatedAt
);
