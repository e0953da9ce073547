using GourmetGram.Infrastructure.Hosting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Restores the client's view of a request behind a proxy: client address, scheme, host, and the sub-path under which the server is
/// published.
/// </summary>
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
                    // The framework trusts loopback by default. Here, only proxies that the settings name are trusted.
                    forwarded.KnownProxies.Clear();
                    forwarded.KnownIPNetworks.Clear();
                    foreach (var text in settings.Value.TrustedProxies)
                    {
                        if (NetworkListAttribute.TryParse(text, out var network))
                            forwarded.KnownIPNetworks.Add(network);
                    }

                    // Any number of trusted proxies may forward a request. The first untrusted address is the client's.
                    forwarded.ForwardLimit = null;
                }
            );
        // By default the antiforgery cookie is never restricted to HTTPS, not even on a page that was loaded by HTTPS.
        services.Configure<AntiforgeryOptions>(antiforgery => antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);
        return services;
    }

    /// <summary>Adds the middleware. Must come before all middleware that reads the scheme, host, path or address of a request.</summary>
    public static void UsePublicAddress(this WebApplication app)
    {
        // Without a known proxy, this middleware would trust every client.
        if (app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value.KnownIPNetworks.Count > 0)
            app.UseForwardedHeaders();

        // Cookies and links follow the request's scheme. People always use the public HTTPS address, whichever scheme a proxy uses to reach
        // this server and whether or not the proxy is trusted.
        if (app.Services.GetRequiredService<IOptions<GourmetGramOptions>>().Value.IsPublicHttps)
        {
            app.Use(
                static (context, next) =>
                {
                    context.Request.Scheme = Uri.UriSchemeHttps;
                    return next(context);
                }
            );
        }

        var prefix = PathString.FromUriComponent(app.Services.GetRequiredService<IOptions<GourmetGramOptions>>().Value.PublicPath);
        if (!prefix.HasValue)
            return;
        // A proxy that keeps the prefix sends it, and it moves from the path to PathBase. A proxy that strips the prefix does not send it,
        // but people still see it, so PathBase is set in every case. Clients that bypass the proxy, such as probes, therefore get links
        // with the prefix, which also work without the proxy. A stripping proxy does not work if its prefix is also the beginning of one of
        // our routes (/api, /test). Such a proxy must keep the prefix.
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
