using System.Collections.Immutable;

namespace GourmetGram.Domain.Feedback;

/// <summary>
/// A further random draw from closed windows, in addition to the draw of each window: from one fine cell, or from the photos on which two
/// models disagree. It has all data that is needed to repeat it, and for the exact probability of every labelled photo
/// (docs/statistics.md 5.1).
/// </summary>
public sealed class ExtraDraw
{
    private ExtraDraw()
    {
        Loop = null!;
        KeyId = null!;
        By = null!;
    }

    /// <summary>UUIDv7: draws are ordered by time. It is also the purpose of the random order, so that draws are independent.</summary>
    public Guid Id { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Name of the loop whose tasks the photos become.</summary>
    public string Loop { get; private init; }

    /// <summary>Id of the key of the random order.</summary>
    public string KeyId { get; private init; }

    /// <summary>The person who asked for the draw.</summary>
    public string By { get; private init; }

    /// <summary>Model version of the windows.</summary>
    public Guid ModelVersionId { get; private init; }

    /// <summary>The windows that were drawn from.</summary>
    public ImmutableArray<Guid> Windows { get; private init; }

    /// <summary>
    /// The fine cell that was drawn from, see <see cref="FineCell.Index"/>; null for a draw from photos on which two models disagree.
    /// </summary>
    public int? Cell { get; private init; }

    /// <summary>The comparison of two models whose disagreements were drawn from; null for a draw from a fine cell.</summary>
    public Guid? TrialId { get; private init; }

    /// <summary>
    /// For a draw on disagreements, per window and fine cell the number of photos on which the models differ, without photos that differ
    /// in an earlier such draw; empty for a draw from a fine cell.
    /// </summary>
    public ImmutableArray<DifferingPhotos> Differing { get; private init; } = [];

    /// <summary>Number of photos that could be drawn, because no earlier draw had taken them: U.</summary>
    public int Eligible { get; private init; }

    /// <summary>Number of photos that were drawn: m.</summary>
    public int Taken { get; private init; }

    /// <summary>Returns the purpose of the random order of a draw.</summary>
    public static string PurposeOf(Guid id) => $"draw-more/{id:N}";

    /// <summary>Records a draw.</summary>
    /// <param name="id">Id of the draw, see <see cref="PurposeOf"/>.</param>
    /// <param name="loop">Name of the loop whose tasks the photos become.</param>
    /// <param name="order">The random order.</param>
    /// <param name="by">The person who asked for the draw.</param>
    /// <param name="from">What was drawn from.</param>
    /// <param name="taken">Number of photos that were drawn.</param>
    /// <param name="now">The time, UTC.</param>
    /// <exception cref="ArgumentOutOfRangeException">More photos were drawn than were eligible.</exception>
    public static ExtraDraw Record(Guid id, string loop, KeyedOrder order, string by, DrawnFrom from, int taken, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(taken, from.Eligible);
        return new ExtraDraw
        {
            Id = id,
            CreatedAt = now,
            Loop = loop,
            KeyId = order.KeyId,
            By = by,
            ModelVersionId = from.ModelVersionId,
            Windows = from.Windows,
            Cell = from.Cell?.Index,
            TrialId = from.TrialId,
            Differing = from.Differing,
            Eligible = from.Eligible,
            Taken = taken,
        };
    }
}

/// <summary>The photos that an extra draw was made from.</summary>
/// <param name="ModelVersionId">Model version of the windows.</param>
/// <param name="Windows">The windows.</param>
/// <param name="Eligible">Number of photos that no earlier draw had taken.</param>
public sealed record DrawnFrom(Guid ModelVersionId, ImmutableArray<Guid> Windows, int Eligible)
{
    /// <summary>The fine cell; null for disagreements.</summary>
    public FineCell? Cell { get; init; }

    /// <summary>The comparison of two models; null for a fine cell.</summary>
    public Guid? TrialId { get; init; }

    /// <summary>See <see cref="ExtraDraw.Differing"/>.</summary>
    public ImmutableArray<DifferingPhotos> Differing { get; init; } = [];
}

/// <summary>Number of photos of a window in one fine cell on which two models disagree.</summary>
/// <param name="WindowId">The window.</param>
/// <param name="Cell">The fine cell, see <see cref="FineCell.Index"/>.</param>
/// <param name="Photos">Number of photos.</param>
public sealed record DifferingPhotos(Guid WindowId, int Cell, int Photos);

/// <summary>
/// A photo of a closed window on which the two models of a trial disagree. Recorded when the trial begins; it never changes, and stays when
/// the photo is deleted, because the probabilities of other photos depend on the number.
/// </summary>
public sealed class Disagreement
{
    private Disagreement() { }

    public Guid TrialId { get; private init; }

    public Guid PredictionId { get; private init; }

    public Guid WindowId { get; private init; }

    /// <summary>Model version that answered the photo: that of its window.</summary>
    public Guid ModelVersionId { get; private init; }

    /// <summary>The photo's fine cell, see <see cref="FineCell.Index"/>.</summary>
    public int Cell { get; private init; }

    /// <summary>Index of the class that the champion names.</summary>
    public int Champion { get; private init; }

    /// <summary>Index of the class that the challenger names.</summary>
    public int Challenger { get; private init; }

    /// <summary>Records a photo on which the models disagree.</summary>
    /// <param name="trialId">The trial.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="champion">Index of the class that the champion names.</param>
    /// <param name="challenger">Index of the class that the challenger names.</param>
    /// <exception cref="ArgumentException">The models agree.</exception>
    public static Disagreement Of(Guid trialId, WindowPhoto photo, int champion, int challenger)
    {
        ArgumentNullException.ThrowIfNull(photo);
        if (champion == challenger)
            throw new ArgumentException("The models agree on this photo.", nameof(challenger));
        return new Disagreement
        {
            TrialId = trialId,
            PredictionId = photo.PredictionId,
            WindowId = photo.WindowId,
            ModelVersionId = photo.ModelVersionId,
            Cell = photo.Cell,
            Champion = champion,
            Challenger = challenger,
        };
    }
}

/// <summary>A photo of a closed window.</summary>
/// <param name="PredictionId">The photo's prediction.</param>
/// <param name="WindowId">Its window.</param>
/// <param name="ModelVersionId">The model version that answered it.</param>
/// <param name="Cell">Its fine cell, see <see cref="FineCell.Index"/>.</param>
public sealed record WindowPhoto(Guid PredictionId, Guid WindowId, Guid ModelVersionId, int Cell);

/// <summary>
/// A photo that was drawn by chance and deleted since. It still counts among the drawn photos, as one that nobody could judge.
/// </summary>
public sealed class ErasedDraw
{
    private ErasedDraw()
    {
        Loop = null!;
    }

    /// <summary>Id of the deleted prediction.</summary>
    public Guid PredictionId { get; private init; }

    /// <summary>Name of the loop that drew it.</summary>
    public string Loop { get; private init; }

    public Guid WindowId { get; private init; }

    /// <summary>The extra draw that took the photo; null for the window's own draw.</summary>
    public Guid? DrawId { get; private init; }

    /// <summary>The photo's fine cell, see <see cref="FineCell.Index"/>.</summary>
    public int Cell { get; private init; }

    /// <summary>Records that a drawn photo is deleted.</summary>
    /// <param name="selection">The photo's selection by a draw.</param>
    /// <param name="cell">The photo's fine cell.</param>
    public static ErasedDraw Of(Selection selection, int cell)
    {
        ArgumentNullException.ThrowIfNull(selection);
        return new ErasedDraw
        {
            PredictionId = selection.PredictionId,
            Loop = selection.Loop,
            WindowId = selection.WindowId!.Value,
            DrawId = selection.DrawId,
            Cell = cell,
        };
    }
}
