using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Marks an endpoint that never has its whole request body in memory.</summary>
/// <param name="Bytes">Maximum number of body bytes that are in memory at the same time.</param>
internal sealed record BodyMemory(long Bytes);

/// <summary>
/// Admits request bodies before they are read. A body's announced size (or the allowed maximum, if none is announced) is reserved from
/// <see cref="LimitsOptions.BodyMebibytes"/> until the request ends. A request waits at most twice, in the order of arrival and each time
/// for up to twice <see cref="LimitsOptions.QueueMilliseconds"/>: here for its body, and later at the <see cref="IInferenceGate"/> for a
/// turn and the memory to decode the photo. While that gate would refuse a photo, the body is not read either.
/// </summary>
internal sealed class BodyAdmission(RequestDelegate next, IOptions<LimitsOptions> options, IInferenceGate gate, TimeProvider time)
{
    /// <summary>
    /// Largest body that is always admitted, enough for feedback and sign-in. Even one on every open connection would take little memory.
    /// </summary>
    private const int Small = 64 * 1024;

    /// <summary>
    /// Longest time that a body may take to arrive, because a slow client's reservation is unavailable to others. At this limit, 20 MiB
    /// need 70 kB per second.
    /// </summary>
    private static readonly TimeSpan LongestArrival = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Admission queue = new(
        int.MaxValue,
        options.Value.BodyBytes,
        options.Value.QueueLength,
        TimeSpan.FromMilliseconds(options.Value.QueueMilliseconds),
        time
    );

    /// <summary>Requests with a body that have not ended.</summary>
    private int requests;

    public async Task InvokeAsync(HttpContext context)
    {
        var bytes = BytesOf(context);
        if (bytes <= Small)
        {
            await next(context);
            return;
        }

        gate.ThrowIfFull(Volatile.Read(ref requests));
        Interlocked.Increment(ref requests);
        try
        {
            await AdmitAsync(context, bytes);
        }
        finally
        {
            Interlocked.Decrement(ref requests);
        }
    }

    private async Task AdmitAsync(HttpContext context, long bytes)
    {
        var streamed = context.GetEndpoint()?.Metadata.GetMetadata<BodyMemory>()?.Bytes ?? long.MaxValue;
        using var room = await queue.EnterAsync(Math.Min(bytes, streamed), megapixels: 0, context.RequestAborted);
        var perSecond = Math.Min(bytes, streamed) / LongestArrival.TotalSeconds;
        // HTTP/2 and later have no minimum data rate for a single request.
        if (
            HttpProtocol.IsHttp11(context.Request.Protocol)
            && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { MinDataRate: { } rate } slowest
            && rate.BytesPerSecond < perSecond
        )
            slowest.MinDataRate = new MinDataRate(perSecond, Grace);
        await next(context);
    }

    private static long BytesOf(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            return 0;
        var most = context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? long.MaxValue;
        var announced = context.Request.ContentLength ?? most;
        // A body that announces too many bytes is refused when it is read, so it needs no reservation.
        return announced > most ? 0 : announced;
    }
}
