using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Tells feedback that comes in floods: more than 30 flags, or 30 corrections, of one visitor or key within an hour, or 300 from one address. Callers without an identity are one pooled rater, so for
/// them only the address counts.
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
        var what = fact.Kind == FeedbackKind.Flag ? "flags" : "corrections";
        if (fact.Rater.IsKnown && await feedback.CountAsync(FeedbackBefore.OfRater(fact, Span, MostOfRater), cancellationToken) == MostOfRater)
            return $"More than {MostOfRater} {what} of one {(fact.Rater.Kind == ActorKind.ApiKey ? "key" : "visitor")} within an hour.";
        return fact.Origin is not null && await feedback.CountAsync(FeedbackBefore.OfAddress(fact, Span, MostOfAddress), cancellationToken) == MostOfAddress
            ? $"More than {MostOfAddress} {what} from one address within an hour."
            : null;
    }
}
