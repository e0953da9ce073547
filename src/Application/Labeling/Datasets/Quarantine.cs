using System.Text;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Holds files that cannot be used in <c>labelstudio/quarantine/{loop}/{name}</c>, with <c>{name}.reason.txt</c> beside each.
/// </summary>
internal sealed class Quarantine(IObjectStore store, TimeProvider time)
{
    /// <summary>Prefix of the keys of all files in quarantine.</summary>
    public const string Prefix = "quarantine/";

    private const string Reason = ".reason.txt";

    /// <summary>Moves or copies a file to quarantine. After an interruption the file is in both places, never in neither.</summary>
    /// <param name="from">Current address of the file.</param>
    /// <param name="name">Name of the file in quarantine: <c>{loop}/{name}</c>.</param>
    /// <param name="reason">Why the file cannot be used.</param>
    /// <param name="keep">Whether the original stays in place.</param>
    /// <param name="cancellationToken">Cancels the move.</param>
    /// <exception cref="NotFoundException">The file no longer exists.</exception>
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

    /// <summary>Deletes a quarantined copy and its reason, after the original was fixed or deleted.</summary>
    public async Task ReleaseAsync(string name, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(At(name), cancellationToken);
        await store.DeleteAsync(At(name + Reason), cancellationToken);
    }

    /// <summary>Returns the names of all files in quarantine, without the reasons.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        await store
            .ListAsync(Buckets.Labels, Prefix, cancellationToken)
            .Select(found => found.Key[Prefix.Length..])
            .Where(name => !name.EndsWith(Reason, StringComparison.Ordinal))
            .ToListAsync(cancellationToken);

    private static ObjectAddress At(string name) => new(Buckets.Labels, Prefix + name);
}
