using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Common;

/// <summary>Who sends a message, as far as use cases care.</summary>
/// <param name="Actor">The identity that predictions and feedback are kept under.</param>
/// <param name="IsReviewer">Whether the caller has the role Annotator or Admin, and so may see everybody's photos.</param>
/// <param name="IsAdministrator">Whether the caller has the role Admin, and so may erase everybody's photos.</param>
public sealed record Caller(Actor Actor, bool IsReviewer, bool IsAdministrator = false)
{
    /// <summary>A request with neither cookie nor key.</summary>
    public static readonly Caller Anonymous = new(Actor.Anonymous, IsReviewer: false);

    /// <summary>
    /// Whether the caller may read a prediction and give feedback on it: its maker and reviewers may; a prediction made without an identity is open to whoever has its id.
    /// </summary>
    public bool MayUse(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return IsReviewer || !prediction.Maker.IsKnown || prediction.Maker == Actor;
    }

    /// <summary>Whether the caller may erase a prediction: its maker and administrators may; of one made without an identity nobody can prove to be the maker.</summary>
    public bool MayErase(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return IsAdministrator || (prediction.Maker.IsKnown && prediction.Maker == Actor);
    }

    /// <summary>The caller's identity, for what belongs to one caller.</summary>
    /// <param name="what">What is asked for, as the beginning of a sentence: "A list".</param>
    /// <exception cref="IdentityNeededException">The caller is anonymous.</exception>
    internal Actor RequireIdentity(string what) =>
        Actor.IsKnown
            ? Actor
            : throw new IdentityNeededException(
                $"{what} needs to know whose it is: send an API key, or use the browser that sent the photos."
            );
}
