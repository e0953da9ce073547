using System.Security.Cryptography;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>Creates a loop for each strategy that has none, and the first sampling key.</summary>
internal sealed class FeedbackSeed(
    IUnitOfWork work,
    IExclusiveWork exclusive,
    StrategyCatalogue strategies,
    IRepository<FeedbackLoop> loops,
    IRepository<LoopChange> changes,
    IRepository<SamplingKey> keys,
    TimeProvider time
) : ISeed
{
    /// <summary>Creator of the loops, as shown in their history.</summary>
    private const string Product = "GourmetGram";

    private const int IdBytes = 6;
    private const int SecretBytes = 32;

    /// <summary>Longer than the lease of a node that crashed while it held the lock.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        if ((await MissingAsync(cancellationToken)).Count == 0 && await HasKeyAsync(cancellationToken))
            return;
        // Two nodes could each add a key without a conflict, so they take turns.
        await exclusive.RunAsync(
            "seed-feedback",
            Patience,
            token => work.RunStepAsync((FeedbackSeed step) => step.AddMissingAsync(token)),
            cancellationToken
        );
    }

    /// <returns>The number of loops created.</returns>
    private async Task<int> AddMissingAsync(CancellationToken cancellationToken)
    {
        var missing = await MissingAsync(cancellationToken);
        foreach (var strategy in missing)
        {
            loops.Add(FeedbackLoop.For(strategy));
            changes.Add(LoopChange.Record(strategy.Name, "loop", from: null, "created", Product, time.GetUtcNow()));
        }

        if (!await HasKeyAsync(cancellationToken))
            keys.Add(
                SamplingKey.Create(
                    Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)),
                    RandomNumberGenerator.GetBytes(SecretBytes),
                    time.GetUtcNow()
                )
            );
        return missing.Count;
    }

    private async Task<IReadOnlyList<Strategy>> MissingAsync(CancellationToken cancellationToken)
    {
        var known = (await loops.ListAsync(new AllLoops(), cancellationToken)).Select(loop => loop.Name).ToHashSet(StringComparer.Ordinal);
        return [.. strategies.All.Where(strategy => !known.Contains(strategy.Name))];
    }

    private async Task<bool> HasKeyAsync(CancellationToken cancellationToken) =>
        await keys.FirstOrDefaultAsync(new OldestSamplingKey(), cancellationToken) is not null;
}
