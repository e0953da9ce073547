using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using static GourmetGram.Infrastructure.LabelStudio.StorageCalls;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>How long to wait for Label Studio.</summary>
/// <param name="Poll">Time between two checks of a running sync.</param>
/// <param name="Silence">After this time without a ping, storages are listed instead, because that call marks dead syncs as failed. Label
/// Studio does so 25 s after the last ping.</param>
/// <param name="Patience">Longest wait for a sync that another request started.</param>
internal sealed record LabelStudioTimes(TimeSpan Poll, TimeSpan Silence, TimeSpan Patience)
{
    public LabelStudioTimes()
        : this(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(28), TimeSpan.FromMinutes(10)) { }
}

/// <summary>
/// Starts syncs of storages and waits for their end. A sync runs inside the request. If the request ends early (a time-out, a proxy), the
/// sync continues and is not started again before it has ended, because two syncs at the same time create tasks twice.
/// </summary>
internal sealed class LabelStudioTransfers(LabelStudioClient client, LabelStudioTimes times, TimeProvider time)
{
    private const int LongestReason = 300;

    /// <param name="kind"><see cref="Sources"/> or <see cref="Targets"/>.</param>
    /// <param name="project">Number of the project.</param>
    /// <param name="id">Number of the storage.</param>
    /// <param name="cancellationToken">Ends the wait; the sync continues.</param>
    public async Task<Transfer> RunAsync(string kind, long project, long id, CancellationToken cancellationToken)
    {
        // Requesting the list makes Label Studio detect syncs that died with their process. Without this, it may ignore a new sync.
        var storage = (await client.StoragesAsync(kind, project, cancellationToken)).FirstOrDefault(found => found.Id == id)
            ?? throw new PlatformUnavailableException(
                $"Storage {id} of project {project} was deleted in Label Studio. The next sync creates it again. To create it immediately, "
                    + "run gourmetgram doctor label-studio --fix."
            );
        if (storage.IsBusy && await WaitAsync(kind, project, storage, cancellationToken) is null)
            return StillBusy(storage);
        // A response that says "in progress" is about another request's sync, and ours was ignored.
        for (var attempt = 1; ; attempt++)
        {
            var (answer, isOurs) = await SyncAsync(kind, project, storage, cancellationToken);
            if (answer is null)
                return StillBusy(storage);
            if (isOurs || attempt == 2)
                return ToTransfer(answer);
        }
    }

    /// <returns>How the sync ended, and whether it was ours; null when it is still busy after the longest wait.</returns>
    private async Task<(Storage? End, bool IsOurs)> SyncAsync(
        string kind,
        long project,
        Storage storage,
        CancellationToken cancellationToken
    )
    {
        Storage answer;
        try
        {
            answer = await client.SyncStorageAsync(kind, storage.Id, cancellationToken);
        }
        catch (TimeoutException)
        {
            return (await WaitAsync(kind, project, storage with { Status = "in_progress" }, cancellationToken), true);
        }

        return answer.IsBusy ? (await WaitAsync(kind, project, answer, cancellationToken), false) : (answer, true);
    }

    /// <returns>The storage when no sync runs there any more; null when one still does after the longest wait.</returns>
    private async Task<Storage?> WaitAsync(string kind, long project, Storage storage, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        var (ping, heardAt) = (storage.Meta?.TimeLastPing, begin);
        using var clock = new PeriodicTimer(times.Poll, time);
        do
        {
            var isSilent = time.GetElapsedTime(heardAt) >= times.Silence;
            var current = isSilent
                ? (await client.StoragesAsync(kind, project, cancellationToken)).FirstOrDefault(found => found.Id == storage.Id)
                : await client.FindStorageAsync(kind, storage.Id, cancellationToken);
            if (current is null)
                throw new PlatformUnavailableException(
                    $"Storage {storage.Id} of project {project} was deleted in Label Studio during its sync."
                );
            if (!current.IsBusy)
                return current;
            if (current.Meta?.TimeLastPing != ping)
                (ping, heardAt) = (current.Meta?.TimeLastPing, time.GetTimestamp());
        } while (time.GetElapsedTime(begin) < times.Patience && await clock.WaitForNextTickAsync(cancellationToken));

        return null;
    }

    private static Transfer StillBusy(Storage storage) => new(TransferEnd.Busy, 0, $"Storage {storage.Id} is {storage.Status}.");

    private static Transfer ToTransfer(Storage storage) =>
        storage.Status switch
        {
            // The traceback may be from an earlier sync, so it is ignored here.
            "completed" or "completed_with_errors" => new Transfer(TransferEnd.Completed, storage.LastSyncCount ?? 0, Reason: null),
            _ => new Transfer(TransferEnd.Stopped, 0, LastLineOf(storage.Traceback) ?? $"status {storage.Status}"),
        };

    private static string? LastLineOf(string? traceback) =>
        traceback?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last]
            ? last[..Math.Min(last.Length, LongestReason)]
            : null;
}
