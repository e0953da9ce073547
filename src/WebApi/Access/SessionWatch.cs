using System.Collections.Concurrent;
using GourmetGram.Application.Access;
using MediatR;

namespace GourmetGram.WebApi.Access;

/// <summary>Remembers for a few seconds which sessions go on, so that not every request reads the row.</summary>
internal sealed class SessionWatch(TimeProvider time)
{
    private const int MostRemembered = 10_000;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SeenPeriod = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, (bool IsLive, long CheckedAt)> known = new();

    /// <summary>Returns whether a session goes on, and records once a minute that its browser was seen.</summary>
    public async Task<bool> IsLiveAsync(IMediator mediator, Guid id, string? address, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(id, out var last) && time.GetElapsedTime(last.CheckedAt) < Fresh)
            return last.IsLive;
        var now = time.GetTimestamp();
        var session = await mediator.Send(new CheckSession.Query(id), cancellationToken);
        if (session.SeenAt is { } seen && time.GetUtcNow() - seen >= SeenPeriod)
            await mediator.Send(new SeeSession.Command(id, address), cancellationToken);
        if (known.Count >= MostRemembered)
            known.Clear();
        known[id] = (session.IsLive, now);
        return session.IsLive;
    }

    /// <summary>Forgets a session that this node has ended, so that its next request is refused.</summary>
    public void Forget(Guid id) => known.TryRemove(id, out _);
}
