using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Infrastructure.Http;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Messaging;

/// <summary>
/// Sends messages as signed HTTP requests (Standard Webhooks). A redirect counts as a failure, because the signature is for the address in
/// the settings.
/// </summary>
internal sealed class WebhookChannel : IMessageChannel, IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly IOptionsMonitor<AlertOptions> options;
    private readonly TimeProvider time;
    private readonly HttpClient http;

    public WebhookChannel(IOptionsMonitor<AlertOptions> options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        http = OutgoingHttp.CreateClient(OutgoingHttp.CreateHandler(() => Timeout, time));
    }

    public MessageChannel Channel => MessageChannel.Webhook;

    public bool IsConfigured => !string.IsNullOrEmpty(options.CurrentValue.WebhookUrl);

    public async Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        if (string.IsNullOrEmpty(settings.WebhookUrl) || WebhookSignature.FindKey(settings.WebhookSecret ?? "") is not { } key)
            throw new MessageFailedException("Alerts:WebhookUrl or Alerts:WebhookSecret is not set.", isFinal: true);
        var body = Encoding.UTF8.GetBytes(message.Payload);
        var id = $"msg_{message.Id:N}";
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.WebhookUrl);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", WebhookSignature.Sign(key, id, timestamp, body));
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new MessageFailedException(
                    $"The webhook's receiver answered with status {(int)response.StatusCode}.",
                    isFinal: response.StatusCode == HttpStatusCode.Gone,
                    retryAfter: PauseOf(response.Headers.RetryAfter)
                );
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            throw new MessageFailedException($"The webhook's receiver cannot be reached: {e.Message}", cause: e);
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>Returns the pause that a receiver asks for: a number of seconds, or a time.</summary>
    private TimeSpan? PauseOf(RetryConditionHeaderValue? header) => header?.Delta ?? header?.Date - time.GetUtcNow();
}
