using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Settings for how many connections the server holds and how long it waits for slow ones. The defaults let a phone with a weak signal
/// finish its upload (GPRS carries 5 kB/s), and close connections whose senders trickle data to keep them open.
/// </summary>
[SettingsSection("Connections")]
public sealed class ConnectionOptions
{
    [Description("Largest number of open connections. Further ones are closed without a response.")]
    [Range(1, 100_000)]
    public int Most { get; set; } = 1000;

    [Description(
        "Largest number of open connections from one address (IPv6: one /64 network). Further ones are closed without a response. "
            + "Proxies in `GourmetGram:TrustedProxies` have no such limit. `127.0.0.1` and `::1` may have 90% of "
            + "`Connections:Most`."
    )]
    [Range(1, 100_000)]
    public int MostPerAddress { get; set; } = 400;

    [Description("Seconds within which the headers of a request must arrive. After that, the status is 408.")]
    [Range(1, 600)]
    public int HeaderSeconds { get; set; } = 30;

    [Description("Lowest average rate at which a body must arrive, in bytes per second. Below it, the status is 408.")]
    [Range(1, 1_000_000)]
    public int BodyBytesPerSecond { get; set; } = 1024;

    [Description("Seconds before the rate of a body is checked.")]
    [Range(2, 600)]
    public int BodyGraceSeconds { get; set; } = 20;
}

internal static class ConnectionLimits
{
    public static IServiceCollection AddConnectionLimits(this IServiceCollection services)
    {
        services.AddSettings<ConnectionOptions>();
        services.AddSingleton<ConnectionsPerAddress>();
        services
            .AddOptions<KestrelServerOptions>()
            .Configure<IOptions<ConnectionOptions>, ConnectionsPerAddress>(
                static (kestrel, options, perAddress) =>
                {
                    var connections = options.Value;
                    kestrel.Limits.MaxConcurrentConnections = connections.Most;
                    kestrel.ConfigureEndpointDefaults(endpoint =>
                        endpoint.Use(next => connection => perAddress.ServeAsync(connection, next))
                    );
                    kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(connections.HeaderSeconds);
                    kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(
                        connections.BodyBytesPerSecond,
                        TimeSpan.FromSeconds(connections.BodyGraceSeconds)
                    );
                }
            );
        return services;
    }
}
