using System.Net.Sockets;
using GourmetGram.Application.Feedback;

namespace GourmetGram.WebApi.Hosting;

/// <summary>The address of the request that is being answered; of IPv6 the network, for a subscriber has all of it.</summary>
internal sealed class CallerAddress(IHttpContextAccessor accessor) : ICallerAddress
{
    private const int NetworkBytes = 8;

    public string? Current
    {
        get
        {
            if (accessor.HttpContext?.Connection.RemoteIpAddress is not { } address)
                return null;
            var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            return plain.AddressFamily == AddressFamily.InterNetworkV6
                ? Convert.ToHexStringLower(plain.GetAddressBytes().AsSpan(0, NetworkBytes))
                : plain.ToString();
        }
    }
}
