using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Limits what people without an account store: per visitor and per address within an hour and a day, and together within a day (UTC).
/// Nodes tell each other their counts every two seconds, so a quota can be exceeded by what arrives within that time.
/// </summary>
internal sealed class UploadQuota(
    IUnitOfWork work,
    IRepository<UploadCount> counts,
    IRepository<Installation> installations,
    UploadCounters counters,
    ICallerAddress address,
    IOptions<QuotaOptions> options,
    TimeProvider time
)
{
    private const string Everybody = "everybody";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>Counts a photo before it is stored.</summary>
    /// <exception cref="QuotaExceededException">The visitor or the address has stored too much. Nothing is counted.</exception>
    public async Task TakeAsync(Actor maker, long bytes)
    {
        if (maker.Kind is ActorKind.Account or ActorKind.ApiKey)
            return;
        var now = time.GetUtcNow();
        // There is no installation until a node has reached the store for the first time; photos wait in the spool until then.
        counters.Key ??= (await installations.FirstOrDefaultAsync(new TheInstallation(), CancellationToken.None))?.Id;
        var limits = LimitsOf(maker, counters.Key ?? Guid.Empty, now).ToList();
        var due = limits.Where(limit => limit.Counter.IsDue(now, Period)).ToList();
        if (due.Count > 0)
        {
            counters.Forget(now);
            await work.RunStepAsync((UploadQuota step) => step.TellAsync(due));
        }

        for (var i = 0; i < limits.Count; i++)
        {
            var limit = limits[i];
            var count = limit.Counter.Add(1, bytes);
            if (!limit.Exceeds(count))
                continue;
            foreach (var counted in limits[..(i + 1)])
                counted.Counter.Add(-1, -bytes);
            throw new QuotaExceededException(limit.Words, limit.Counter.EndsAt - now);
        }
    }

    private async Task<bool> TellAsync(IReadOnlyList<Limit> due)
    {
        var known = (
            await counts.ListAsync(new UploadCountsWithKeys([.. due.Select(limit => limit.Key)]), CancellationToken.None)
        ).ToDictionary(count => count.Key, StringComparer.Ordinal);
        var told = new List<(Limit Limit, (long, long) Added, (long, long) All)>();
        foreach (var limit in due)
        {
            var untold = limit.Counter.Untold;
            if (!known.TryGetValue(limit.Key, out var count))
            {
                if (untold is (0, 0))
                    continue;
                counts.Add(count = UploadCount.Of(limit.Key, limit.Counter.EndsAt));
            }

            if (untold is not (0, 0))
                count.Add(untold.Photos, untold.Bytes);
            told.Add((limit, untold, (count.Photos, count.Bytes)));
        }

        work.AfterCommit(() =>
        {
            foreach (var (limit, added, all) in told)
                limit.Counter.Told(added, all);
        });
        return true;
    }

    private IEnumerable<Limit> LimitsOf(Actor maker, Guid secret, DateTimeOffset now)
    {
        var quotas = options.Value;
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero).AddHours(1);
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(1);
        if (maker.Kind == ActorKind.Visitor)
        {
            yield return Of(
                secret,
                maker.ToString(),
                hour,
                quotas.VisitorPhotosPerHour,
                quotas.VisitorMebibytesPerHour,
                "This browser",
                "an hour"
            );
            yield return Of(
                secret,
                maker.ToString(),
                day,
                quotas.VisitorPhotosPerDay,
                quotas.VisitorMebibytesPerDay,
                "This browser",
                "a day"
            );
        }

        if (address.Current is { } network)
        {
            yield return Of(secret, network, hour, quotas.AddressPhotosPerHour, quotas.AddressMebibytesPerHour, "Your network", "an hour");
            yield return Of(secret, network, day, quotas.AddressPhotosPerDay, quotas.AddressMebibytesPerDay, "Your network", "a day");
        }

        // All uploads of a day would change this row, so it exists only where it is needed.
        if (quotas.TotalPhotosPerDay > 0 || quotas.TotalMebibytesPerDay > 0)
            yield return Of(secret, Everybody, day, quotas.TotalPhotosPerDay, quotas.TotalMebibytesPerDay, Everybody, "a day") with
            {
                Words =
                    "All people without an account together have sent as many photos as a day allows. This photo was not stored. Try again "
                    + "after midnight UTC, or sign in.",
            };
    }

    private Limit Of(Guid secret, string who, DateTimeOffset end, int photos, int mebibytes, string whose, string span)
    {
        var text = $"{who} {span} {end.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}";
        var key = Convert.ToHexStringLower(HMACSHA256.HashData(secret.ToByteArray(), Encoding.UTF8.GetBytes(text)));
        return new Limit(key, counters.Of(key, end), photos, (long)mebibytes * LimitsOptions.Mebibyte)
        {
            Words =
                $"{whose} has sent as many photos as {span} allows without an account. This photo was not stored. Try again later, or "
                + "sign in.",
        };
    }

    /// <param name="Key">Key of the row.</param>
    /// <param name="Counter">What this node knows.</param>
    /// <param name="Photos">Most photos; 0 for any number.</param>
    /// <param name="Bytes">Most bytes; 0 for any number.</param>
    private sealed record Limit(string Key, UploadCounters.Counter Counter, int Photos, long Bytes)
    {
        public required string Words { get; init; }

        public bool Exceeds((long Photos, long Bytes) count) => (Photos > 0 && count.Photos > Photos) || (Bytes > 0 && count.Bytes > Bytes);
    }
}
