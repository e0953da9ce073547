using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Tells feedback that comes in floods: more than 30 flags, or 30 corrections, of one visitor or key within an hour, or 300 from one address. Callers without an identity are one pooled rater,
/// and people with an account are known to the operator: for them only the address counts.
/// </summary>
internal sealed class FloodLimit(IRepository<UserFeedback> feedback)
{
    private const int MostOfRater = 30;
    private const int MostOfAddress = 300;

    private static readonly TimeSpan Span = TimeSpan.FromHours(1);

    /// <returns>Why the fact is to be held back; null when it is not.</returns>
    public async Task<string?> FindReasonAsync(UserFeedback fact, CancellationToken cancellationToken)
    {
        // What was taken over from a lab came over years.
        if (fact.Source == FeedbackSource.Imported)
            return null;
        var since = fact.CreatedAt - Span;
        var what = fact.Kind == FeedbackKind.Flag ? "flags" : "corrections";
        if (
            fact.Rater.Kind is ActorKind.Visitor or ActorKind.ApiKey
            && await feedback.CountAsync(new FeedbackOfRaterBefore(fact.Rater, fact.Kind, since, fact.Id, MostOfRater), cancellationToken)
                == MostOfRater
        )
            return $"More than {MostOfRater} {what} of one {(fact.Rater.Kind == ActorKind.ApiKey ? "key" : "visitor")} within an hour.";
        return
            fact.Origin is { } origin
            && await feedback.CountAsync(new FeedbackOfOriginBefore(origin, fact.Kind, since, fact.Id, MostOfAddress), cancellationToken)
                == MostOfAddress
            ? $"More than {MostOfAddress} {what} from one address within an hour."
            : null;
    }
}
