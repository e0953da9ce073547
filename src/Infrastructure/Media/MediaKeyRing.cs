using System.Security.Cryptography;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Infrastructure.Media;

/// <summary>Caches the media keys, which are read from the database at most every few seconds.</summary>
internal sealed class MediaKeyRing(IServiceScopeFactory scopes, AuditScope audit, TimeProvider time, ILogger<MediaKeyRing> logger)
    : IMediaKeys,
        ISeed
{
    private const int SecretBytes = 32;
    private const int IdBytes = 6;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    // A key that another node has just created is worth a query, but guessed keys must not cause a query each time.
    private static readonly TimeSpan FreshForStrangers = TimeSpan.FromSeconds(1);

    private volatile Snapshot? last;

    /// <summary>Creates the first key.</summary>
    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        if ((await ReadAsync(Fresh, cancellationToken)).Current is null)
            await ConcurrentChangeException.RetryAsync(() => AddCurrentAsync(replace: false, cancellationToken));
    }

    /// <summary>Returns the key that signs.</summary>
    /// <exception cref="InvalidOperationException">There is no such key.</exception>
    public async Task<MediaKey> CurrentAsync(CancellationToken cancellationToken) =>
        (await ReadAsync(Fresh, cancellationToken)).Current
        ?? throw new InvalidOperationException(
            "The database has no key for signing links to photos. Start the server once: it creates what is missing."
        );

    /// <summary>Returns the key with an id; null when it is unknown or revoked.</summary>
    public async Task<MediaKey?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var keys = await ReadAsync(Fresh, cancellationToken);
        if (!keys.ById.ContainsKey(id))
            keys = await ReadAsync(FreshForStrangers, cancellationToken);
        return keys.ById.TryGetValue(id, out var key) && key.RevokedAt is null ? key : null;
    }

    public Task<IReadOnlyList<MediaKeyView>> ListAsync(CancellationToken cancellationToken) =>
        scopes.InDatabaseAsync<IReadOnlyList<MediaKeyView>>(async context =>
            [
                .. (
                    await context.Set<MediaKey>().AsNoTracking().OrderByDescending(key => key.CreatedAt).ToListAsync(cancellationToken)
                ).Select(key => key.ToView()),
            ]
        );

    public async Task<MediaKeyView> RotateAsync(string by, CancellationToken cancellationToken)
    {
        using var action = audit.Begin(new AuditedAction(AuditArea.People, "Rotated the keys that sign links to photos"));
        var key = await ConcurrentChangeException.RetryAsync(() => AddCurrentAsync(replace: true, cancellationToken));
        logger.LogInformation("{By} rotated the keys that sign links to photos: {Key} is the new key", by, key.Id);
        return key.ToView();
    }

    public async Task<MediaKeyView> RevokeAsync(string id, string by, CancellationToken cancellationToken)
    {
        using var action = audit.Begin(new AuditedAction(AuditArea.People, "Revoked a key that signs links to photos", id));
        var revoked = await ConcurrentChangeException.RetryAsync(() =>
            scopes.InDatabaseAsync(async context =>
            {
                var key = await context.Set<MediaKey>().FirstOrDefaultAsync(found => found.Id == id, cancellationToken)
                    ?? throw new NotFoundException($"Media key {id}");
                var wasCurrent = key.Slot == MediaKey.Current;
                key.Revoke(time.GetUtcNow());
                // New links still need a key.
                if (wasCurrent)
                    context.Add(Create());
                await context.SaveChangesAsync(cancellationToken);
                return key.ToView();
            })
        );
        last = null;
        logger.LogInformation("{By} revoked the key {Key} that signs links to photos", by, id);
        return revoked;
    }

    private async Task<MediaKey> AddCurrentAsync(bool replace, CancellationToken cancellationToken)
    {
        var key = await scopes.InDatabaseAsync(async context =>
        {
            if (
                await context.Set<MediaKey>().FirstOrDefaultAsync(found => found.Slot == MediaKey.Current, cancellationToken) is { } current
            )
            {
                if (!replace)
                    return current;
                current.Retire(time.GetUtcNow());
            }

            var added = Create();
            context.Add(added);
            await context.SaveChangesAsync(cancellationToken);
            return added;
        });
        last = null;
        return key;
    }

    private MediaKey Create() =>
        new()
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)),
            Secret = RandomNumberGenerator.GetBytes(SecretBytes),
            Slot = MediaKey.Current,
            CreatedAt = time.GetUtcNow(),
        };

    private async Task<Snapshot> ReadAsync(TimeSpan fresh, CancellationToken cancellationToken)
    {
        if (last is { } known && time.GetElapsedTime(known.ReadAt) < fresh)
            return known;
        var readAt = time.GetTimestamp();
        var keys = await scopes.InDatabaseAsync(context => context.Set<MediaKey>().AsNoTracking().ToListAsync(cancellationToken));
        return last = new Snapshot(
            readAt,
            keys.Find(key => key.Slot == MediaKey.Current),
            keys.ToDictionary(key => key.Id, StringComparer.Ordinal)
        );
    }

    private sealed record Snapshot(long ReadAt, MediaKey? Current, Dictionary<string, MediaKey> ById);
}
