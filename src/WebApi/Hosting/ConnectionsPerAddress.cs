using System.Net;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Limits the connections of one address, so that other addresses can still connect. Trusted proxies serve many people and have no limit of
/// their own. This machine's loopback address (an undeclared proxy, or commands) may hold nine tenths of all connections.
/// </summary>
internal sealed class ConnectionsPerAddress(
    IOptions<ConnectionOptions> options,
    IOptions<GourmetGramOptions> installation,
    ILogger<ConnectionsPerAddress> logger
)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Holder> holders = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<IPNetwork> proxies =
    [
        .. installation.Value.TrustedProxies.SelectMany(text =>
            NetworkListAttribute.TryParse(text, out var network) ? new[] { network } : []
        ),
    ];

    /// <summary>Serves a connection, or closes it without an answer when its address has reached its limit.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var remote } || MostOf(remote) is not { } most)
        {
            await next(connection);
            return;
        }

        var address = CallerAddress.NetworkOf(remote);
        if (!TryEnter(address, most))
        {
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(address);
        }
    }

    /// <summary>Returns how many connections an address may have open; null for no limit.</summary>
    internal int? MostOf(IPAddress remote)
    {
        var plain = remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote;
        if (proxies.Any(network => network.Contains(plain)))
            return null;
        return plain.Equals(IPAddress.Loopback) || plain.Equals(IPAddress.IPv6Loopback)
            ? Math.Max(1, options.Value.Most * 9 / 10)
            : options.Value.MostPerAddress;
    }

    private bool TryEnter(string address, int most)
    {
        lock (gate)
        {
            if (!holders.TryGetValue(address, out var holder))
                holders[address] = holder = new Holder();
            if (holder.Open < most)
            {
                holder.Open++;
                return true;
            }

            // The warning is logged only once until the address has closed all its connections, because a flood would fill the log.
            if (!holder.IsKnown)
                logger.LogWarning("{Address} has {Connections} open connections; further ones are refused", address, holder.Open);
            holder.IsKnown = true;
            return false;
        }
    }

    private void Leave(string address)
    {
        lock (gate)
        {
            if (--holders[address].Open == 0)
                holders.Remove(address);
        }
    }

    private sealed class Holder
    {
        public int Open { get; set; }

        public bool IsKnown { get; set; }
    }
}
