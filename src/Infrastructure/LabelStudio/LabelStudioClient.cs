using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using GourmetGram.Application.Common;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>
/// Sends requests to Label Studio and reads its answers. Paths have no slash at their end: that form exists for all of them. What only reads is tried again when the connection fails. Whatever is no
/// success is a <see cref="PlatformUnavailableException"/> that says what to do, with the <see cref="LabelStudioFault"/> inside where there was an answer.
/// </summary>
internal sealed class LabelStudioClient : IDisposable
{
    private const int Retries = 2;
    private const int LongestDetail = 500;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly IOptionsMonitor<LabelStudioOptions> options;
    private readonly LabelStudioTokens tokens;
    private readonly TimeProvider time;
    private readonly ResiliencePipeline reading;
    private readonly HttpClient http;

    public LabelStudioClient(IOptionsMonitor<LabelStudioOptions> options, LabelStudioTokens tokens, TimeProvider time)
    {
        this.options = options;
        this.tokens = tokens;
        this.time = time;
        http = new HttpClient(
            new SocketsHttpHandler
            {
                ConnectTimeout = ConnectTimeout,
                // A name that moves to another address is followed.
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                UseCookies = false,
                UseProxy = false,
                AllowAutoRedirect = false,
            },
            disposeHandler: true
        )
        {
            // Each request has its own deadline.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        reading = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(
                new RetryStrategyOptions
                {
                    ShouldHandle = new PredicateBuilder()
                        .Handle<HttpRequestException>()
                        .Handle<PlatformUnavailableException>(e =>
                            e.InnerException
                                is LabelStudioFault
                                {
                                    Status: HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
                                }
                        ),
                    MaxRetryAttempts = Retries,
                    Delay = TimeSpan.FromMilliseconds(300),
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                }
            )
            .Build();
    }

    /// <summary>JSON as Label Studio speaks it.</summary>
    public static JsonSerializerOptions Json { get; } =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Where it is.</summary>
    /// <exception cref="PlatformUnavailableException">It is not connected.</exception>
    public Uri Address => options.CurrentValue.Address ?? throw new PlatformUnavailableException(LabelStudioOptions.NotConnected);

    private TimeSpan Deadline => TimeSpan.FromSeconds(options.CurrentValue.TimeoutSeconds);

    /// <summary>Reads something.</summary>
    /// <param name="path">Below the address, with its query, escaped.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        SayAsync(async () =>
            await reading.ExecuteAsync(async token => await SendOnceAsync<T>(HttpMethod.Get, path, body: null, token), cancellationToken)
        );

    /// <summary>Reads something that may not be there.</summary>
    /// <returns>Null when it is not.</returns>
    public async Task<T?> FindAsync<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await GetAsync<T>(path, cancellationToken);
        }
        catch (PlatformUnavailableException e) when (e.InnerException is LabelStudioFault { Status: HttpStatusCode.NotFound })
        {
            return null;
        }
    }

    /// <summary>Changes something. It is not sent twice: who cannot tell whether it arrived looks first.</summary>
    public Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken) =>
        SayAsync(() => SendOnceAsync<T>(method, path, body, cancellationToken));

    /// <summary>Starts something that may take longer than anybody waits for an answer.</summary>
    /// <exception cref="TimeoutException">There was no answer in time; Label Studio goes on with it.</exception>
    public Task<T> StartAsync<T>(string path, object body, CancellationToken cancellationToken) =>
        SayAsync(() => SendOnceAsync<T>(HttpMethod.Post, path, body, cancellationToken), isLong: true);

    /// <summary>Fetches what an annotator's browser would: a photo.</summary>
    /// <param name="address">Where it is; what is on Label Studio itself is asked for with our token, as a browser has a session there.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<HttpResponseMessage> FetchAsync(Uri address, CancellationToken cancellationToken) =>
        SayAsync(() =>
            WithinAsync(
                async token =>
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get, address);
                    if (Address.IsBaseOf(address))
                        request.Headers.Authorization = await HeaderAsync(refused: null, token);
                    return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
                },
                cancellationToken
            )
        );

    /// <summary>Asks for the version, without a token.</summary>
    /// <returns>What it says, and the difference between its clock and ours.</returns>
    public Task<(JsonElement Version, TimeSpan? Skew)> GetVersionAsync(CancellationToken cancellationToken) =>
        SayAsync(() =>
            WithinAsync(
                async token =>
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, "api/version"));
                    using var response = await http.SendAsync(request, token);
                    var version = await ReadAsync<JsonElement>(response, token);
                    return (version, response.Headers.Date - time.GetUtcNow());
                },
                cancellationToken
            )
        );

    public void Dispose() => http.Dispose();

    private async Task<T> SendOnceAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken) =>
        await WithinAsync(
            async token =>
            {
                AuthenticationHeaderValue? refused = null;
                for (; ; )
                {
                    var header = await HeaderAsync(refused, token);
                    using var request = new HttpRequestMessage(method, new Uri(Address, path))
                    {
                        Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json),
                    };
                    request.Headers.Authorization = header ?? refused;
                    using var response = await http.SendAsync(request, token);
                    // Once more with another token: this one may have ended on the way, or was corrected.
                    if (
                        response.StatusCode == HttpStatusCode.Unauthorized
                        && refused is null
                        && header is not null
                        && await HeaderAsync(header, token) is not null
                    )
                    {
                        refused = header;
                        continue;
                    }

                    return await ReadAsync<T>(response, token);
                }
            },
            cancellationToken
        );

    private Task<AuthenticationHeaderValue?> HeaderAsync(AuthenticationHeaderValue? refused, CancellationToken cancellationToken) =>
        tokens.GetAsync(
            async personal =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, "api/token/refresh"))
                {
                    Content = JsonContent.Create(new Refresh(personal), options: Json),
                };
                using var response = await http.SendAsync(request, cancellationToken);
                return (await ReadAsync<Refreshed>(response, cancellationToken)).Access;
            },
            refused,
            cancellationToken
        );

    /// <summary><c>POST /api/token/refresh</c></summary>
    private sealed record Refresh([property: JsonPropertyName("refresh")] string Token);

    private sealed record Refreshed(string Access);

    /// <summary>Ends what takes too long.</summary>
    /// <exception cref="TimeoutException">It did.</exception>
    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await work(both.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Label Studio at {Address} gave no answer within {Deadline.TotalSeconds:0} s.", e);
        }
    }

    private async Task<T> SayAsync<T>(Func<Task<T>> work, bool isLong = false)
    {
        try
        {
            return await work();
        }
        catch (HttpRequestException e)
        {
            throw new PlatformUnavailableException(LabelStudioFault.Explain(e, Address), e);
        }
        catch (TimeoutException e) when (!isLong)
        {
            throw new PlatformUnavailableException(e.Message, e);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        if (!response.IsSuccessStatusCode)
            throw Fault(
                new LabelStudioFault(
                    response.StatusCode,
                    isJson ? DetailIn(await response.Content.ReadAsStringAsync(cancellationToken)) : "",
                    !isJson
                )
            );
        // Some answers have no body.
        if (response.StatusCode == HttpStatusCode.NoContent || response.Content.Headers.ContentLength == 0)
            return default!;
        if (!isJson)
            throw Fault(new LabelStudioFault(response.StatusCode, "", isPage: true));
        try
        {
            return (await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken))!;
        }
        catch (JsonException e)
        {
            throw new PlatformUnavailableException($"Label Studio's answer cannot be read: {e.Message}", e);
        }
    }

    private static PlatformUnavailableException Fault(LabelStudioFault fault) => new(fault.Explain(), fault);

    private static string DetailIn(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return Short(body);
            if (json.RootElement.TryGetProperty("validation_errors", out var errors) && errors.ValueKind == JsonValueKind.Object)
                return Short(
                    string.Join(
                        " ",
                        errors
                            .EnumerateObject()
                            .Select(error =>
                                error.NameEquals("non_field_errors") ? Texts(error.Value) : $"{error.Name}: {Texts(error.Value)}"
                            )
                    )
                );
            return json.RootElement.TryGetProperty("detail", out var detail) ? Short(detail.ToString()) : Short(body);
        }
        catch (JsonException)
        {
            return Short(body);
        }
    }

    private static string Texts(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
            ? string.Join(" ", value.EnumerateArray().Select(item => item.ToString()))
            : value.ToString();

    private static string Short(string text) => text[..Math.Min(text.Length, LongestDetail)];
}
