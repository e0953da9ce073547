namespace GourmetGram.Infrastructure.Http;

/// <summary>
/// Gives every request a user agent, a deadline and, if it has a body, a length. A body of unknown length would be sent in chunks, which
/// many servers do not read. Django's development server, which Label Studio runs on, takes those bytes for the next request.
/// </summary>
/// <param name="timeout">Longest time from the start of a request to the start of its response.</param>
/// <param name="time">The clock.</param>
/// <param name="inner">Sends the request.</param>
internal sealed class OutgoingHandler(Func<TimeSpan> timeout, TimeProvider time, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>A body of unknown length is buffered in memory up to this size. A longer body must state its length.</summary>
    private const long LongestBuffered = 64L << 20;

    /// <exception cref="HttpRequestException">The request failed, or its body has no length and is longer than 64 MiB.</exception>
    /// <exception cref="TimeoutException">No response began in time.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Headers.UserAgent.Clear();
        request.Headers.UserAgent.Add(OutgoingHttp.UserAgent);
        request.Headers.TransferEncodingChunked = null;
        var limit = timeout();
        using var deadline = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            if (request.Content is { Headers.ContentLength: null } content)
                await content.LoadIntoBufferAsync(LongestBuffered, both.Token);
            return await base.SendAsync(request, both.Token);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"{request.RequestUri?.GetLeftPart(UriPartial.Authority)} did not respond within {limit.TotalSeconds:0} s.",
                e
            );
        }
    }

    /// <exception cref="NotSupportedException">Always, because a thread would block on the network.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Send requests asynchronously.");
}
