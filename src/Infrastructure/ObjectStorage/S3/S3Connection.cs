using GourmetGram.Infrastructure.Http;
using Microsoft.Extensions.Options;
using Minio;

namespace GourmetGram.Infrastructure.ObjectStorage.S3;

/// <summary>
/// Provides the client of the S3 server. The client is created again when its settings change, so a corrected key works without a restart.
/// </summary>
internal sealed class S3Connection : IDisposable
{
    /// <summary>Limit for sending a large object. Each call has its own, far shorter deadline.</summary>
    private static readonly TimeSpan LongestTransfer = TimeSpan.FromHours(1);

    private readonly IOptionsMonitor<ObjectStoreOptions> options;
    private readonly Lock gate = new();
    private readonly S3AnswerHandler handler;
    private ObjectStoreOptions? used;
    private IMinioClient? client;

    public S3Connection(IOptionsMonitor<ObjectStoreOptions> options)
    {
        this.options = options;
        handler = new S3AnswerHandler(() => Timeout, OutgoingHttp.CreateHandler(() => LongestTransfer));
        Http = OutgoingHttp.CreateClient(handler);
    }

    /// <summary>
    /// Sends requests that are already signed. Returns only successful responses of an S3 server; otherwise throws as
    /// <see cref="S3AnswerHandler"/> does.
    /// </summary>
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
            // The package needs a client of its own: it sets the client's time-out, which is possible only before the first request.
            .WithHttpClient(OutgoingHttp.CreateClient(handler, disposeHandler: false))
            .WithTimeout((int)Timeout.TotalMilliseconds);
        if (!string.IsNullOrEmpty(settings.SessionToken))
            minio = minio.WithSessionToken(settings.SessionToken);
        return minio.Build();
    }
}
