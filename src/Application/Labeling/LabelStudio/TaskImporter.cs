using System.Text.RegularExpressions;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Lets the annotation platform bring in task objects. One object that it cannot read keeps it from all that come after, and it seldom says which: that is the first, in the order of keys, that no
/// task was made of. It goes to quarantine, and the platform is asked again.
/// </summary>
internal sealed class ImportDesk(IAnnotationPlatform platform, IObjectStore store, Quarantine quarantine, ILogger<ImportDesk> logger)
{
    /// <summary>Each time at least one object is taken out of the way.</summary>
    private const int MostAttempts = 100;

    private static readonly Regex Taken = new(ExchangePlaces.TaskPattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <param name="Made">Tasks that the platform made.</param>
    /// <param name="Quarantined">Objects that it could not read.</param>
    /// <param name="Fault">Why it could not bring in all; null when it did.</param>
    public sealed record Result(int Made, int Quarantined, string? Fault);

    /// <exception cref="PlatformUnavailableException">The platform does not answer, or refuses.</exception>
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    public async Task<Result> RunAsync(AnnotationProject project, CancellationToken cancellationToken)
    {
        var (made, quarantined) = (0, 0);
        for (var attempt = 1; ; attempt++)
        {
            var transfer = await platform.ImportAsync(project, cancellationToken);
            made += transfer.Count;
            if (transfer.End == TransferEnd.Completed)
                return new Result(made, quarantined, Fault: null);
            if (transfer.End == TransferEnd.Busy)
                return new Result(
                    made,
                    quarantined,
                    $"Label Studio is still bringing in tasks of an earlier request. {transfer.Reason}".TrimEnd()
                );
            var culprits = await RemoveCulpritsAsync(project, cancellationToken);
            if (culprits == 0 || attempt == MostAttempts)
                return new Result(
                    made,
                    quarantined,
                    $"Label Studio stopped bringing in tasks, and no object of ours was found that it could not read. It says: {transfer.Reason ?? "nothing"}"
                );
            quarantined += culprits;
        }
    }

    /// <returns>How many objects were taken out of the way; none when the first that is not in is one that can be read.</returns>
    private async Task<int> RemoveCulpritsAsync(AnnotationProject project, CancellationToken cancellationToken)
    {
        var placeholder = TaskFile.PlaceholderOf(project.Loop).Key;
        var folder = ExchangePlaces.TasksOf(project.Loop);
        var known = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in platform.TasksAsync(project, changedSince: null, cancellationToken))
            known.UnionWith(page.Select(task => task.ObjectKey).OfType<string>());
        // The platform does not look into folders of folders.
        var waiting = await store
            .ListAsync(Buckets.Labels, folder, cancellationToken)
            .Where(found =>
                found.Key != placeholder
                && !found.Key.AsSpan(folder.Length).Contains('/')
                && IsTaken(found.Key)
                && !known.Contains(found.Key)
            )
            .OrderBy(found => found.Key, StringComparer.Ordinal)
            .ToListAsync(cancellationToken);
        var removed = 0;
        foreach (var found in waiting)
        {
            var address = new ObjectAddress(Buckets.Labels, found.Key);
            var fault = await FindFaultAsync(address, found.Size, cancellationToken);
            if (fault is null && removed == 0)
                return 0;
            // Ours were checked when they were written.
            if (fault is null)
                continue;
            await quarantine.TakeAsync(
                address,
                found.Key[ExchangePlaces.Tasks.Length..],
                $"Label Studio cannot read it as a task. {fault}",
                keep: false,
                cancellationToken
            );
            logger.LogWarning("{Key} kept Label Studio from the tasks after it and is in quarantine now: {Reason}", found.Key, fault);
            removed++;
        }

        return removed;
    }

    /// <summary>As Label Studio matches: from the start of the key on.</summary>
    private static bool IsTaken(string key) => Taken.Match(key) is { Success: true, Index: 0 };

    private async Task<string?> FindFaultAsync(ObjectAddress address, long size, CancellationToken cancellationToken)
    {
        if (size > OutputFile.MostBytes)
            return $"It has {size} bytes: no task is that long.";
        try
        {
            return TaskFile.FindFault(await (await store.OpenReadAsync(address, cancellationToken)).ReadToEndAsync(cancellationToken));
        }
        catch (NotFoundException)
        {
            return null;
        }
    }
}
