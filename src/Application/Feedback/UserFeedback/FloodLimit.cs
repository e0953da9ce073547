using GourmetGram.Domain.Access;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Detects floods of feedback: within an hour, more than 30 flags or 30 corrections from one visitor or API key, or more than 300 from one
/// address. For other callers only the address counts: callers without an identity share one rater, and people with an account are known to
/// the operator.
/// </summary>
internal sealed class FloodLimit(IFloodCounts counts)
{
    private const int MostOfRater = 30;
    private const int MostOfAddress = 300;

    private static readonly TimeSpan Span = TimeSpan.FromHours(1);

    /// <returns>The reason to hold feedback for review, by id. Feedback that need not be held is missing.</returns>
    public async Task<IReadOnlyDictionary<Guid, string>> FindReasonsAsync(
        IEnumerable<UserFeedback> facts,
        CancellationToken cancellationToken
    )
    {
        // Imported feedback was given over years, although it arrives all at the same time.
        var given = facts.Where(fact => fact.Source != FeedbackSource.Imported).ToList();
        var counted = await counts.CountAsync([.. given.Select(fact => fact.Id)], Span, MostOfRater, MostOfAddress, cancellationToken);
        return given
            .Select(fact => (fact.Id, Reason: ReasonOf(fact, counted.GetValueOrDefault(fact.Id, new FloodCount(0, 0)))))
            .Where(pair => pair.Reason is not null)
            .ToDictionary(pair => pair.Id, pair => pair.Reason!);
    }

    private static string? ReasonOf(UserFeedback fact, FloodCount count)
    {
        var what = fact.Kind == FeedbackKind.Flag ? "flags" : "corrections";
        if (fact.Rater.Kind is ActorKind.Visitor or ActorKind.ApiKey && count.OfRater >= MostOfRater)
            return $"More than {MostOfRater} {what} from one {(fact.Rater.Kind == ActorKind.ApiKey ? "key" : "visitor")} within an hour.";
        return count.OfAddress >= MostOfAddress ? $"More than {MostOfAddress} {what} from one address within an hour." : null;
    }
}
