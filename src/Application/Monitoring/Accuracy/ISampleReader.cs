using System.Collections.Immutable;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Monitoring;

/// <summary>Reads the random sample: closed windows, their draws and the labels of the drawn photos. Nothing scans predictions.</summary>
public interface ISampleReader
{
    /// <summary>Reads the sample of a period. A window belongs to the day (UTC) of its newest photo.</summary>
    /// <param name="from">First moment of the period.</param>
    /// <param name="until">First moment after the period.</param>
    /// <param name="modelVersionIds">The model versions; null for all.</param>
    /// <param name="skippedBefore">A task that people skipped and that was created before this moment counts as unusable.</param>
    /// <param name="knownBefore">
    /// Reads only windows, draws and labels that existed before this moment; null for all. Of deleted photos, earlier labels are unknown.
    /// </param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<Sample> ReadAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyCollection<Guid>? modelVersionIds,
        DateTimeOffset skippedBefore,
        DateTimeOffset? knownBefore,
        CancellationToken cancellationToken
    );

    /// <summary>Returns all model versions, oldest first.</summary>
    Task<IReadOnlyList<ModelVersion>> ListModelVersionsAsync(CancellationToken cancellationToken);
}

/// <summary>The random sample of a period.</summary>
/// <param name="Windows">Measured windows in time order.</param>
/// <param name="ExtraDraws">Extra draws from these windows, in time order.</param>
/// <param name="Photos">All photos that the draws took from these windows.</param>
public sealed record Sample(IReadOnlyList<SampledWindow> Windows, IReadOnlyList<SampledDraw> ExtraDraws, IReadOnlyList<DrawnPhoto> Photos);

/// <param name="Id">The window.</param>
/// <param name="ModelVersionId">The model version that answered its photos.</param>
/// <param name="LastPhotoAt">When its newest photo was classified, UTC.</param>
/// <param name="Photos">Number of photos per fine cell, by <see cref="FineCell.Index"/>.</param>
/// <param name="MeanConfidences">Mean confidence of the photos, per fine cell; 0 for a cell without photos.</param>
/// <param name="Drawn">Number of photos that the window's own draw took.</param>
public sealed record SampledWindow(
    Guid Id,
    Guid ModelVersionId,
    DateTimeOffset LastPhotoAt,
    ImmutableArray<int> Photos,
    ImmutableArray<double> MeanConfidences,
    int Drawn
);

/// <param name="Draw">The draw.</param>
/// <param name="Labelled">Number of its photos that have a blind label, in whichever period.</param>
public sealed record SampledDraw(ExtraDraw Draw, int Labelled);

/// <summary>Whether a drawn photo has an answer.</summary>
public enum DrawnState
{
    /// <summary>The photo waits for a blind label.</summary>
    Pending = 0,

    /// <summary>A blind label says what the photo shows, or that it shows none of the classes.</summary>
    Labelled,

    /// <summary>Nobody could judge the photo, or it was deleted.</summary>
    Unusable,

    /// <summary>The task was withdrawn.</summary>
    Withdrawn,
}

/// <summary>A photo that a draw took.</summary>
public sealed record DrawnPhoto
{
    public required Guid PredictionId { get; init; }

    public required Guid WindowId { get; init; }

    public required FineCell Cell { get; init; }

    /// <summary>The extra draw that took it; null for the window's own draw.</summary>
    public required Guid? DrawId { get; init; }

    /// <summary>The trials in which two models disagree on the photo, and which drew from their disagreements.</summary>
    public ImmutableArray<Guid> Trials { get; init; } = [];

    public required DrawnState State { get; init; }

    /// <summary>
    /// Whether people labelled the photo, but none of the labels counts, because the people had seen the model's answer before.
    /// </summary>
    public bool IsLabelledNotBlind { get; init; }

    /// <summary>Index of the class that the label names; null for "none of these classes" and without a label.</summary>
    public int? LabelIndex { get; init; }

    /// <summary>Index of the class that the model named; null for a deleted photo. So are the members below.</summary>
    public int? PredictedIndex { get; init; }

    /// <summary>Probability of the class that the model named.</summary>
    public double? Confidence { get; init; }

    /// <summary>The sender of the photo.</summary>
    public Actor? Maker { get; init; }

    /// <summary>The tags that were given with the photo; null without tags.</summary>
    public PhotoTags? Tags { get; init; }

    /// <summary>The task that asks what the photo shows; null while there is none.</summary>
    public Guid? TaskId { get; init; }

    /// <summary>
    /// Whether the photo waits for a blind label now. In the sample of an earlier day, a photo whose task was opened again later is both
    /// labelled and waiting.
    /// </summary>
    public bool IsWaiting { get; init; }

    /// <summary>Whether the model was right. Only for labelled photos.</summary>
    public bool IsRight => LabelIndex == PredictedIndex;
}
