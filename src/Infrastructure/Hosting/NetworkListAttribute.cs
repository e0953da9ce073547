using System.ComponentModel.DataAnnotations;
using System.Net;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>
/// Requires every text of the list to be an IP address or a network. An empty text is how an environment variable says "not set".
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NetworkListAttribute : ValidationAttribute
{
    public NetworkListAttribute()
        : base("{0} must contain IP addresses (10.0.0.2) or networks given by their first address (10.0.0.0/24).") { }

    public override bool IsValid(object? value) =>
        value is IEnumerable<string> texts && texts.All(text => text.Length == 0 || TryParse(text, out _));

    /// <summary>Reads one text of such a list. An address becomes the network that contains only that address.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        ArgumentNullException.ThrowIfNull(text);
        network = default;
        var parts = text.Split('/');
        // IPAddress also accepts "10" and "10.2", as addresses, which are probably typing errors.
        if (
            !IPAddress.TryParse(parts[0], out var address)
            || (!parts[0].Contains(':', StringComparison.Ordinal) && parts[0].Count(c => c == '.') != 3)
        )
            return false;
        if (parts.Length > 1)
            return IPNetwork.TryParse(text, out network);
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }
}
