using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Http;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>
/// Sends requests to Label Studio and reads its responses. Paths have no slash at their end, because that form exists for all of them.
/// Requests that only read are retried when the connection fails. Every failure is a <see cref="PlatformUnavailableException"/> that says
/// what to do, with the <see cref="LabelStudioFault"/> inside if there was a response.
/// </summary>
internal sealed class LabelStudioClient : IDisposable
{
    private const int Retries = 2;
    private const int LongestDetail = 500;

    private readonly IOptionsMonitor<LabelStudioOptions> options;
    private readonly LabelStudioTokens tokens;
    private readonly TimeProvider time;
    private readonly Outages outages;
    private readonly ResiliencePipeline reading;
    private readonly HttpClient http;
    private TimeSpan? skew;

    public LabelStudioClient(IOptionsMonitor<LabelStudioOptions> options, LabelStudioTokens tokens, TimeProvider time, Outages outages)
    {
        this.options = options;
        this.tokens = tokens;
        this.time = time;
        this.outages = outages;
        http = OutgoingHttp.CreateClient(OutgoingHttp.CreateHandler(() => Deadline, time));
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

    /// <summary>JSON options that match Label Studio's format.</summary>
    public static JsonSerializerOptions Json { get; } =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Address of Label Studio.</summary>
    /// <exception cref="PlatformUnavailableException">Label Studio is not connected.</exception>
    public Uri Address => options.CurrentValue.Address ?? throw new PlatformUnavailableException(LabelStudioOptions.NotConnected);

    /// <summary>Label Studio's current time, UTC, derived from its last response; null before the first response.</summary>
    public DateTimeOffset? Now => skew is { } difference ? time.GetUtcNow() + difference : null;

    private TimeSpan Deadline => TimeSpan.FromSeconds(options.CurrentValue.TimeoutSeconds);

    /// <summary>Reads a resource.</summary>
    /// <param name="path">Path below the address, including its query, escaped.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        SayAsync(async () =>
            await reading.ExecuteAsync(async token => await SendOnceAsync<T>(HttpMethod.Get, path, body: null, token), cancellationToken)
        );

    /// <summary>Reads a resource that may not exist.</summary>
    /// <returns>Null when the resource does not exist.</returns>
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

    /// <summary>Sends a change. A failed request is not retried: a caller that cannot tell whether it arrived must check first.</summary>
    public Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken) =>
        SayAsync(() => SendOnceAsync<T>(method, path, body, cancellationToken));

    /// <summary>Starts an operation that may take longer than the time-out.</summary>
    /// <exception cref="TimeoutException">There was no response in time. Label Studio continues the operation.</exception>
    public Task<T> StartAsync<T>(string path, object body, CancellationToken cancellationToken) =>
        SayAsync(() => SendOnceAsync<T>(HttpMethod.Post, path, body, cancellationToken), isLong: true);

    /// <summary>Fetches a photo as an annotator's browser would.</summary>
    /// <param name="address">Address of the photo. If it is on Label Studio itself, our token is sent, because a browser has a session
    /// there.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
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

    /// <summary>Requests the version, without a token.</summary>
    /// <returns>The version, and the difference between Label Studio's clock and ours.</returns>
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
                    skew = response.Headers.Date - time.GetUtcNow() ?? skew;
                    // Try once more with another token: this one may have expired on the way, or an operator corrected it.
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

    /// <summary>Runs work under the time-out.</summary>
    /// <exception cref="TimeoutException">The work took too long.</exception>
    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await work(both.Token);
        }
        catch (Exception e) when (e is TimeoutException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new TimeoutException($"Label Studio at {Address} did not respond within {Deadline.TotalSeconds:0} s.", e);
        }
    }

    private async Task<T> SayAsync<T>(Func<Task<T>> work, bool isLong = false)
    {
        try
        {
            var answer = await work();
            outages.Answered(Dependency.LabelStudio, wrote: true);
            return answer;
        }
        catch (PlatformUnavailableException e) when (e.InnerException is LabelStudioFault { Status: >= HttpStatusCode.InternalServerError })
        {
            outages.Failed(Dependency.LabelStudio, e.Message);
            throw;
        }
        catch (HttpRequestException e)
        {
            throw Away(LabelStudioFault.Explain(e, Address), e);
        }
        catch (TimeoutException e) when (!isLong)
        {
            throw Away(e.Message, e);
        }
    }

    private PlatformUnavailableException Away(string reason, Exception cause)
    {
        outages.Failed(Dependency.LabelStudio, reason);
        return new PlatformUnavailableException(reason, cause);
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
        // Some responses have no body.
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
            throw new PlatformUnavailableException($"Label Studio's response cannot be read: {e.Message}", e);
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
