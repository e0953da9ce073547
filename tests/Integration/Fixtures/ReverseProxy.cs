using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// A small reverse proxy that shows a server under a sub-path, as nginx and others do: it keeps the sub-path or strips it, and says who
/// asked and how.
/// </summary>
internal sealed class ReverseProxy : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpMessageInvoker http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        }
    );
    private readonly PathString prefix;
    private readonly bool keepsPrefix;
    private readonly string scheme;

    private ReverseProxy(string prefix, bool keepsPrefix, string scheme)
    {
        (this.prefix, this.keepsPrefix, this.scheme) = (prefix, keepsPrefix, scheme);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(ForwardAsync);
    }

    /// <summary>Where the proxied server listens; set before the first request.</summary>
    public Uri Target { get; set; } = null!;

    /// <summary>Address of the proxy with the sub-path, ending in a slash.</summary>
    public Uri Address => new($"{app.Urls.Single()}{prefix}/");

    /// <summary>What was asked for that is not under the sub-path: no page of ours may lead there.</summary>
    public ConcurrentBag<string> Outside { get; } = [];

    /// <param name="prefix">The sub-path, as <c>/gourmetgram</c>.</param>
    /// <param name="keepsPrefix">Whether the server gets it.</param>
    /// <param name="scheme">How browsers are said to come; the tests themselves always come by http.</param>
    public static async Task<ReverseProxy> StartAsync(string prefix, bool keepsPrefix, string scheme = "http")
    {
        var proxy = new ReverseProxy(prefix, keepsPrefix, scheme);
        await proxy.app.StartAsync(TestContext.Current.CancellationToken);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        http.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments(prefix, StringComparison.Ordinal, out var rest))
        {
            Outside.Add(context.Request.Path);
            context.Response.StatusCode = (int)HttpStatusCode.BadGateway;
            return;
        }

        var path = (keepsPrefix ? context.Request.Path : rest).ToUriComponent();
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method),
            new Uri(Target, path + context.Request.QueryString)
        );
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (name is "Host" or "Connection" or "Transfer-Encoding" or "X-Forwarded-For")
                continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        // As proxies do, the address it sees is put behind those that others have named.
        request.Headers.TryAddWithoutValidation(
            "X-Forwarded-For",
            [.. context.Request.Headers["X-Forwarded-For"], context.Connection.RemoteIpAddress!.ToString()]
        );
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", scheme);
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", context.Request.Host.Value);

        using var response = await http.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (name is not "Transfer-Encoding")
                context.Response.Headers[name] = values.ToArray();
        }

        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
