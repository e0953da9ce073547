using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Common;

/// <summary>The sender of a message, with the facts that use cases need.</summary>
/// <param name="Actor">The identity under which predictions and feedback are stored.</param>
/// <param name="IsReviewer">Whether the caller has the role Annotator or more, and so may see everybody's photos.</param>
/// <param name="IsAdministrator">Whether the caller has the role Admin, and so may delete everybody's photos.</param>
/// <param name="IsManager">Whether the caller has the role Manager or Admin.</param>
public sealed record Caller(Actor Actor, bool IsReviewer, bool IsAdministrator = false, bool IsManager = false)
{
    /// <summary>Whether the caller has the role Manager or Admin, which includes it.</summary>
    public bool IsManager { get; init; } = IsManager || IsAdministrator;

    /// <summary>The caller of a request with neither a cookie nor a key.</summary>
    public static readonly Caller Anonymous = new(Actor.Anonymous, IsReviewer: false);

    /// <summary>
    /// Whether the caller may read a prediction and give feedback on it. Its maker and reviewers may. A prediction made without an identity
    /// is open to everybody who has its id.
    /// </summary>
    public bool MayUse(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return IsReviewer || !prediction.Maker.IsKnown || prediction.Maker == Actor;
    }

    /// <summary>
    /// Whether the caller may delete a prediction. Its maker and administrators may. No caller can prove to be the maker of a prediction
    /// made without an identity, so only administrators may delete it.
    /// </summary>
    public bool MayErase(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return IsAdministrator || (prediction.Maker.IsKnown && prediction.Maker == Actor);
    }

    /// <summary>Returns the caller's identity, for data that belongs to one caller.</summary>
    /// <param name="what">The requested operation, as the beginning of a sentence: "Listing photos".</param>
    /// <exception cref="IdentityNeededException">The caller is anonymous.</exception>
    internal Actor RequireIdentity(string what) =>
        Actor.IsKnown
            ? Actor
            : throw new IdentityNeededException(
                $"{what} requires an identity. Send an API key, or use the browser that uploaded the photos."
            );
}
