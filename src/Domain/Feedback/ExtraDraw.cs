using System.Collections.Immutable;

namespace GourmetGram.Domain.Feedback;

/// <summary>
/// A further random draw from one fine cell of closed windows, in addition to the draw of each window. It has all data that is needed to
/// repeat it, and for the exact probability of every labelled photo (docs/statistics.md 5.1).
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

    /// <summary>The fine cell that was drawn from, see <see cref="FineCell.Index"/>.</summary>
    public int Cell { get; private init; }

    /// <summary>Number of photos of the cell in these windows that no earlier draw had taken: U.</summary>
    public int Eligible { get; private init; }

    /// <summary>Number of photos that were drawn: m.</summary>
    public int Taken { get; private init; }

    /// <summary>Returns the purpose of the random order of a draw.</summary>
    public static string PurposeOf(Guid id) => $"draw-more/{id:N}";

    /// <summary>Records a draw.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More photos were drawn than were eligible.</exception>
    public static ExtraDraw Record(
        Guid id,
        string loop,
        KeyedOrder order,
        string by,
        Guid modelVersionId,
        ImmutableArray<Guid> windows,
        FineCell cell,
        int eligible,
        int taken,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(taken, eligible);
        return new ExtraDraw
        {
            Id = id,
            CreatedAt = now,
            Loop = loop,
            KeyId = order.KeyId,
            By = by,
            ModelVersionId = modelVersionId,
            Windows = windows,
            Cell = cell.Index,
            Eligible = eligible,
            Taken = taken,
        };
    }
}

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
