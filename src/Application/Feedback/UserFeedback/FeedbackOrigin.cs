namespace GourmetGram.Application.Feedback;

/// <summary>Remembers where feedback came from without keeping the address.</summary>
internal sealed class FeedbackOrigin(ICallerAddress address, SamplingKeys keys)
{
    /// <returns>A number that tells equal addresses; null when there is no address.</returns>
    public async Task<long?> ReadAsync(CancellationToken cancellationToken) =>
        address.Current is { } current ? (await keys.CurrentAsync(cancellationToken)).Hash($"address/{current}") : null;
}
