using GourmetGram.Infrastructure.Hosting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Makes a request look as the person's browser sent it, where a proxy stands in between: address, scheme, host, and the sub-path that the server is shown under.</summary>
internal static class PublicAddress
{
    public static IServiceCollection AddPublicAddress(this IServiceCollection services)
    {
        services
            .AddOptions<ForwardedHeadersOptions>()
            .Configure<IOptions<GourmetGramOptions>>(
                (forwarded, settings) =>
                {
                    forwarded.ForwardedHeaders =
                        ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
                    // Loopback is trusted by default. Here trust never follows from an address that nobody named.
                    forwarded.KnownProxies.Clear();
                    forwarded.KnownIPNetworks.Clear();
                    foreach (var text in settings.Value.TrustedProxies)
                    {
                        if (NetworkListAttribute.TryParse(text, out var network))
                            forwarded.KnownIPNetworks.Add(network);
                    }

                    // As many proxies in a row as are trusted: the first address that is not is the client's.
                    forwarded.ForwardLimit = null;
                }
            );
        // By default the antiforgery cookie never asks for https, also where the page came by it.
        services.Configure<AntiforgeryOptions>(antiforgery => antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);
        return services;
    }

    /// <summary>Must come before everything that reads scheme, host, path or address of a request.</summary>
    public static void UsePublicAddress(this WebApplication app)
    {
        // With no known proxy the middleware would believe everybody.
        if (app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value.KnownIPNetworks.Count > 0)
            app.UseForwardedHeaders();

        var prefix = PathString.FromUriComponent(app.Services.GetRequiredService<IOptions<GourmetGramOptions>>().Value.PublicPath);
        if (!prefix.HasValue)
            return;
        // A proxy that keeps the prefix sends it: it moves to PathBase. One that strips it does not, and people still see it, so PathBase gets it all the same, whoever asks: who
        // comes around the proxy, such as a probe, is led to addresses under the prefix, and these work there too. The one thing that cannot be told apart is a stripping proxy
        // whose prefix is also the beginning of one of our routes (/api, /test): such a prefix must be kept.
        app.Use(
            (context, next) =>
            {
                var request = context.Request;
                if (request.Path.StartsWithSegments(prefix, StringComparison.Ordinal, out var rest))
                    request.Path = rest;
                request.PathBase = prefix;
                return next(context);
            }
        );
    }
}
