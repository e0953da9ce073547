using System.Text.RegularExpressions;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Makes the annotation platform import task objects. An object that it cannot read blocks all objects after it, and the platform seldom
/// names it. The blocking object is the first one, in key order, without a task. That object goes to quarantine, and the import starts
/// again.
/// </summary>
internal sealed class TaskImporter(
    IAnnotationPlatform platform,
    IObjectStore store,
    Quarantine quarantine,
    IRepository<AnnotationTask> tasks,
    ILogger<TaskImporter> logger
)
{
    /// <summary>Maximum number of imports; each failed one moves at least one object to quarantine.</summary>
    private const int MostAttempts = 100;

    private static readonly Regex Taken = new(ExchangePlaces.TaskPattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <param name="Made">Tasks that the platform created.</param>
    /// <param name="Quarantined">Objects that the platform could not read.</param>
    /// <param name="Fault">Why not all tasks were imported; null when they were.</param>
    public sealed record Result(int Made, int Quarantined, string? Fault);

    /// <exception cref="PlatformUnavailableException">The platform does not answer, or refuses.</exception>
    /// <exception cref="StoreUnavailableException">The store is down.</exception>
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
                    $"Label Studio is still importing tasks of an earlier request. {transfer.Reason}".TrimEnd()
                );
            var (culprits, next) = await RemoveCulpritsAsync(project, cancellationToken);
            if (culprits == 0 || attempt == MostAttempts)
            {
                var where = next is null ? "" : $" before {Buckets.Labels}/{next}";
                return new Result(
                    made,
                    quarantined,
                    $"Label Studio stopped importing tasks{where}. Its error: {transfer.Reason ?? "none"}"
                );
            }

            quarantined += culprits;
        }
    }

    /// <returns>The number of objects moved to quarantine. When the first object that was not imported is ours and readable, none is moved,
    /// and its key is returned.</returns>
    private async Task<(int Removed, string? Next)> RemoveCulpritsAsync(AnnotationProject project, CancellationToken cancellationToken)
    {
        var placeholder = TaskFile.PlaceholderOf(project.Loop).Key;
        var folder = ExchangePlaces.TasksOf(project.Loop);
        var known = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in platform.TasksAsync(project, changedSince: null, cancellationToken))
            known.UnionWith(page.Select(task => task.ObjectKey).OfType<string>());
        // The platform does not read subfolders.
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
            if (fault is null && removed == 0 && await IsOursAsync(found.Key, cancellationToken))
                return (0, found.Key);
            // The first object that was not imported blocks the others: its key matches, but Label Studio does not accept it as a task.
            if (removed == 0)
                fault ??= "It is the first object that was not imported, and GourmetGram did not write it.";
            // This server's own objects were checked when they were written.
            if (fault is null)
                continue;
            await quarantine.TakeAsync(
                address,
                found.Key[ExchangePlaces.Tasks.Length..],
                $"Label Studio cannot read it as a task. {fault}",
                keep: false,
                cancellationToken
            );
            logger.LogWarning("{Key} stopped Label Studio's import and was moved to quarantine: {Reason}", found.Key, fault);
            removed++;
        }

        return (removed, null);
    }

    private async Task<bool> IsOursAsync(string key, CancellationToken cancellationToken) =>
        TaskFile.TaskIn(key) is { } id && (await tasks.ListAsync(new TasksWithIds([id]), cancellationToken)).Count > 0;

    /// <summary>Returns whether Label Studio imports a key. Like Label Studio, matches from the start of the key.</summary>
    private static bool IsTaken(string key) => Taken.Match(key) is { Success: true, Index: 0 };

    private async Task<string?> FindFaultAsync(ObjectAddress address, long size, CancellationToken cancellationToken)
    {
        if (size > OutputFile.MostBytes)
            return $"The file has {size} bytes, which is too large for a task.";
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
