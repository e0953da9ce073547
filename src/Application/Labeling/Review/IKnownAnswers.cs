using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Labeling;

/// <summary>Finds out since when people know the model's answers on photos, from their actions outside of tasks.</summary>
public interface IKnownAnswers
{
    /// <summary>
    /// Returns since when people have known the answers on photos. A person knows the answer after uploading, flagging or correcting a
    /// copy, or reading its answer. All copies of a photo count as one.
    /// </summary>
    /// <param name="people">The accounts and keys.</param>
    /// <param name="photos">Upload hashes (SHA-256).</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The earliest time, UTC, by person and photo; people who do not know an answer are missing.</returns>
    Task<IReadOnlyDictionary<(Actor Person, string Photo), DateTimeOffset>> SinceAsync(
        IReadOnlyCollection<Actor> people,
        IReadOnlyCollection<string> photos,
        CancellationToken cancellationToken
    );

    /// <summary>Returns the accounts with these e-mail addresses, which may be the sign-in name or an additional address.</summary>
    /// <returns>The accounts by the address as it was given; an address without an account is missing.</returns>
    Task<IReadOnlyDictionary<string, Actor>> AccountsAsync(IReadOnlyCollection<string> emails, CancellationToken cancellationToken);

    /// <summary>Returns another copy of the photo of each prediction.</summary>
    /// <param name="predictionIds">The predictions; none of them is returned as a copy.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A prediction by the photo's upload hash; a photo without another copy is missing.</returns>
    Task<IReadOnlyDictionary<string, Guid>> OtherCopiesAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken);
}
