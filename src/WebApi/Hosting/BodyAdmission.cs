using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>An endpoint that never has its whole body in memory.</summary>
/// <param name="Bytes">Most bytes that it has at once.</param>
internal sealed record BodyMemory(long Bytes);

/// <summary>
/// Decides on a request body before it is read: its bytes (announced, else as many as are allowed) are reserved from <see cref="LimitsOptions.BodyMebibytes"/> until the request is over.
/// A request waits at most twice, each time up to <see cref="LimitsOptions.QueueMilliseconds"/> and in the order of arrival: here for its body, and then at the
/// <see cref="IInferenceGate"/> for a turn together with the memory to decode. While the gate would refuse a photo, its body is not read either.
/// </summary>
internal sealed class BodyAdmission(RequestDelegate next, IOptions<LimitsOptions> options, IInferenceGate gate, TimeProvider time)
{
    /// <summary>Bodies up to this size (feedback, sign-in) are let in always: as many as connections may be open take little.</summary>
    private const int Small = 64 * 1024;

    /// <summary>A body has so long to arrive: what a slow client has reserved is missing for others. 20 MiB need 70 kB a second then.</summary>
    private static readonly TimeSpan LongestArrival = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Admission queue = new(
        int.MaxValue,
        options.Value.BodyBytes,
        options.Value.QueueLength,
        TimeSpan.FromMilliseconds(options.Value.QueueMilliseconds),
        time
    );

    public async Task InvokeAsync(HttpContext context)
    {
        var bytes = BytesOf(context);
        if (bytes <= Small)
        {
            await next(context);
            return;
        }

        if (gate.IsFull)
            throw Admission.QueueIsFull();
        var streamed = context.GetEndpoint()?.Metadata.GetMetadata<BodyMemory>()?.Bytes ?? long.MaxValue;
        using var room = await queue.EnterAsync(Math.Min(bytes, streamed), context.RequestAborted);
        var perSecond = Math.Min(bytes, streamed) / LongestArrival.TotalSeconds;
        // Later versions of HTTP have no rate for a single request.
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
        // What announces too much is refused when it is read.
        return announced > most ? 0 : announced;
    }
}
