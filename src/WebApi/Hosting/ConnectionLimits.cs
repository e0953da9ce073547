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
    [Description("Most connections open at once; further ones are closed unanswered.")]
    [Range(1, 100_000)]
    public int Most { get; set; } = 1000;

    [Description(
        "Most connections open at once from one address (IPv6: one network of 64 bits); further ones are closed unanswered. "
            + "Proxies in `GourmetGram:TrustedProxies` have no such limit; `127.0.0.1` and `::1` may hold nine tenths of "
            + "`Connections:Most`."
    )]
    [Range(1, 100_000)]
    public int MostPerAddress { get; set; } = 400;

    [Description("Seconds in which the headers of a request must arrive; then the answer is 408.")]
    [Range(1, 600)]
    public int HeaderSeconds { get; set; } = 30;

    [Description("Fewest bytes a second, on average, in which the body of a request must arrive; below, the answer is 408.")]
    [Range(1, 1_000_000)]
    public int BodyBytesPerSecond { get; set; } = 1024;

    [Description("Seconds that a body may take before its bytes a second are looked at.")]
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
