using System.Text;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Labeling;

/// <summary>Where objects go that cannot be used: <c>labelstudio/quarantine/{loop}/{name}</c>, with <c>{name}.reason.txt</c> beside each.</summary>
internal sealed class Quarantine(IObjectStore store, TimeProvider time)
{
    /// <summary>Begins the keys of all that is there.</summary>
    public const string Prefix = "quarantine/";

    private const string Reason = ".reason.txt";

    /// <summary>Takes an object in. Interrupted, it is at both places, never at none.</summary>
    /// <param name="from">Where it stands.</param>
    /// <param name="name">Its place in quarantine: <c>{loop}/{name}</c>.</param>
    /// <param name="reason">Why it cannot be used.</param>
    /// <param name="keep">Whether it stays where it is, too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NotFoundException">It stands there no more.</exception>
    public async Task TakeAsync(ObjectAddress from, string name, string reason, bool keep, CancellationToken cancellationToken)
    {
        await store.PutAsync(
            At(name + Reason),
            Encoding.UTF8.GetBytes($"{reason}\nRead {time.GetUtcNow().ToUtcText()}.\n"),
            "text/plain; charset=utf-8",
            cancellationToken
        );
        if (keep)
            await store.CopyAsync(from, At(name), cancellationToken);
        else
            await store.MoveAsync(from, At(name), cancellationToken);
    }

    /// <summary>Lets an object go that was put right where it stands.</summary>
    public async Task ReleaseAsync(string name, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(At(name), cancellationToken);
        await store.DeleteAsync(At(name + Reason), cancellationToken);
    }

    /// <summary>Names of all that is there, without the reasons.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        await store
            .ListAsync(Buckets.Labels, Prefix, cancellationToken)
            .Select(found => found.Key[Prefix.Length..])
            .Where(name => !name.EndsWith(Reason, StringComparison.Ordinal))
            .ToListAsync(cancellationToken);

    private static ObjectAddress At(string name) => new(Buckets.Labels, Prefix + name);
}
