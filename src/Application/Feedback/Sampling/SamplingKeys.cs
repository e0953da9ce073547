using System.Security.Cryptography;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>The keys that random orders are made with.</summary>
internal sealed class SamplingKeys(IRepository<SamplingKey> keys, TimeProvider time)
{
    private const int IdBytes = 6;
    private const int SecretBytes = 32;

    /// <summary>The order that is used now. The first time it makes a key; of two nodes that do at once, both keep the older.</summary>
    public async Task<KeyedOrder> CurrentAsync(CancellationToken cancellationToken)
    {
        if (await keys.FirstOrDefaultAsync(new OldestSamplingKey(), cancellationToken) is { } known)
            return known.ToOrder();
        keys.Add(
            SamplingKey.Create(
                Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)),
                RandomNumberGenerator.GetBytes(SecretBytes),
                time.GetUtcNow()
            )
        );
        await keys.SaveChangesAsync(cancellationToken);
        return (await keys.FirstOrDefaultAsync(new OldestSamplingKey(), cancellationToken))!.ToOrder();
    }

    /// <summary>The order that an earlier draw was made in.</summary>
    /// <exception cref="NotFoundException">There is no such key.</exception>
    public async Task<KeyedOrder> FindAsync(string id, CancellationToken cancellationToken) =>
        (
            await keys.FirstOrDefaultAsync(new SamplingKeyById(id), cancellationToken) ?? throw new NotFoundException($"Sampling key {id}")
        ).ToOrder();
}
