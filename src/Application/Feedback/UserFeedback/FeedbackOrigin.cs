using GourmetGram.Application.Common;

namespace GourmetGram.Application.Feedback;

/// <summary>Computes a hash of the caller's address, so that the address itself is not stored.</summary>
internal sealed class FeedbackOrigin(ICallerAddress address, SamplingKeys keys)
{
    /// <returns>A keyed hash, equal for equal addresses; null if there is no address.</returns>
    public async Task<long?> ReadAsync(CancellationToken cancellationToken) =>
        address.Current is { } current ? (await keys.CurrentAsync(cancellationToken)).Hash($"address/{current}") : null;
}
