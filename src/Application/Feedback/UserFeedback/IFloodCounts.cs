namespace GourmetGram.Application.Feedback;

/// <summary>Counts of similar feedback given before one flag or correction.</summary>
/// <param name="OfRater">Feedback of the same kind by the same rater.</param>
/// <param name="OfAddress">Feedback of the same kind from the same address; 0 if the address is not known.</param>
public sealed record FloodCount(int OfRater, int OfAddress);

/// <summary>Counts similar feedback in the database, for many entries in one call.</summary>
public interface IFloodCounts
{
    /// <summary>Counts the similar feedback before each of these entries, up to the limits.</summary>
    /// <param name="facts">Ids of the feedback entries.</param>
    /// <param name="before">Length of the period before each entry.</param>
    /// <param name="mostOfRater">Limit at which counting by rater stops.</param>
    /// <param name="mostOfAddress">Limit at which counting by address stops.</param>
    /// <param name="cancellationToken">Cancels the counting.</param>
    /// <returns>The counts, by id of the feedback entry.</returns>
    Task<IReadOnlyDictionary<Guid, FloodCount>> CountAsync(
        IReadOnlyCollection<Guid> facts,
        TimeSpan before,
        int mostOfRater,
        int mostOfAddress,
        CancellationToken cancellationToken
    );
}
