using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>Provides the keys of random orders. <see cref="FeedbackSeed"/> creates the first key at startup.</summary>
internal sealed class SamplingKeys(IRepository<SamplingKey> keys)
{
    /// <summary>Returns the order in use now.</summary>
    /// <exception cref="InvalidOperationException">There is no key.</exception>
    public async Task<KeyedOrder> CurrentAsync(CancellationToken cancellationToken) =>
        (
            await keys.FirstOrDefaultAsync(new OldestSamplingKey(), cancellationToken)
            ?? throw new InvalidOperationException("The database has no sampling key. Start the server once: it creates what is missing.")
        ).ToOrder();

    /// <summary>Returns the order that was used for an earlier draw.</summary>
    /// <exception cref="NotFoundException">There is no such key.</exception>
    public async Task<KeyedOrder> FindAsync(string id, CancellationToken cancellationToken) =>
        (
            await keys.FirstOrDefaultAsync(new SamplingKeyById(id), cancellationToken) ?? throw new NotFoundException($"Sampling key {id}")
        ).ToOrder();
}
