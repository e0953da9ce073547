using Microsoft.Extensions.Options;
using Minio;

namespace GourmetGram.Infrastructure.ObjectStorage.S3;

/// <summary>The client of the S3 server, made anew when its settings change: a corrected key works without a restart.</summary>
internal sealed class S3Connection : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly IOptionsMonitor<ObjectStoreOptions> options;
    private readonly Lock gate = new();
    private readonly S3FaultHandler handler;
    private ObjectStoreOptions? used;
    private IMinioClient? client;

    public S3Connection(IOptionsMonitor<ObjectStoreOptions> options)
    {
        this.options = options;
        handler = new S3FaultHandler(
            new SocketsHttpHandler
            {
                ConnectTimeout = ConnectTimeout,
                // A name that moves to another address is followed.
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                UseCookies = false,
                UseProxy = false,
            }
        );
        Http = new HttpClient(handler, disposeHandler: true)
        {
            // Each call has its own deadline; this one would end long transfers.
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Sends what is signed already; throws <see cref="S3Fault"/> for answers that are no success.</summary>
    public HttpClient Http { get; }

    public ObjectStoreOptions Options => options.CurrentValue;

    public TimeSpan Timeout => TimeSpan.FromSeconds(Options.TimeoutSeconds);

    public IMinioClient Client
    {
        get
        {
            var current = Options;
            lock (gate)
            {
                if (client is null || !ReferenceEquals(used, current))
                    (client, used) = (Build(current), current);
                return client;
            }
        }
    }

    public void Dispose() => Http.Dispose();

    private IMinioClient Build(ObjectStoreOptions settings)
    {
        var endpoint = new Uri(settings.Endpoint!);
        var minio = new MinioClient()
            .WithEndpoint(endpoint.Host, endpoint.Port)
            .WithSSL(endpoint.Scheme == Uri.UriSchemeHttps)
            .WithRegion(settings.Region)
            .WithCredentials(settings.AccessKey, settings.SecretKey)
            // One of its own: the package sets its time-out, which it may do only before the first request.
            .WithHttpClient(new HttpClient(handler, disposeHandler: false))
            .WithTimeout((int)Timeout.TotalMilliseconds);
        if (!string.IsNullOrEmpty(settings.SessionToken))
            minio = minio.WithSessionToken(settings.SessionToken);
        return minio.Build();
    }
}
