using System.Net.Http.Headers;
using System.Reflection;

namespace GourmetGram.Infrastructure.Http;

/// <summary>
/// Creates every HTTP client with which the product calls other servers; an architecture test finds clients that are created elsewhere.
/// Connections store no cookies, ignore the environment's proxy settings and follow no redirects, because the settings name the intended
/// server.
/// </summary>
public static class OutgoingHttp
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Connections are replaced after this time, so that a change of the server's DNS record is noticed.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>The header <c>User-Agent</c> of every request: <c>GourmetGram/1.2.3</c>.</summary>
    public static ProductInfoHeaderValue UserAgent { get; } = new("GourmetGram", VersionOf(typeof(OutgoingHttp).Assembly));

    /// <summary>Creates the handler that sends requests to one server.</summary>
    /// <param name="timeout">Longest time from the start of a request to the start of its response; read anew for each request.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public static HttpMessageHandler CreateHandler(Func<TimeSpan> timeout, TimeProvider? time = null) =>
        new OutgoingHandler(
            timeout,
            time ?? TimeProvider.System,
            new SocketsHttpHandler
            {
                ConnectTimeout = ConnectTimeout,
                PooledConnectionLifetime = ConnectionLifetime,
                UseCookies = false,
                UseProxy = false,
                AllowAutoRedirect = false,
            }
        );

    /// <summary>Creates a client. Its <see cref="HttpClient.Timeout"/> is infinite, because the handler enforces one.</summary>
    /// <param name="handler">From <see cref="CreateHandler"/>, possibly wrapped.</param>
    /// <param name="disposeHandler">Whether disposing the client disposes the handler.</param>
    public static HttpClient CreateClient(HttpMessageHandler handler, bool disposeHandler = true) =>
        new(handler, disposeHandler) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Returns the version without the commit that the build appends after a plus sign.</summary>
    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
