using System.Net;
using System.Net.Sockets;
using GourmetGram.Application.Common;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Provides the network address of the client of the current request.</summary>
internal sealed class CallerAddress(IHttpContextAccessor accessor) : ICallerAddress
{
    private const int NetworkBytes = 8;

    public string? Current
    {
        get
        {
            if (accessor.HttpContext?.Connection.RemoteIpAddress is not { } address)
                return null;
            return NetworkOf(address);
        }
    }

    /// <summary>
    /// Returns an IPv4 address unchanged, and the 64-bit network of an IPv6 address, because a subscriber owns that whole network.
    /// </summary>
    public static string NetworkOf(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(plain.GetAddressBytes().AsSpan(0, NetworkBytes))
            : plain.ToString();
    }
}
