using GourmetGram.Application.Classification;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Most bytes of a request body.</summary>
internal static class RequestLimits
{
    /// <summary>A page's form may bring many photos at once: as many as may be in memory, and always one.</summary>
    public static long PageBytes(LimitsOptions limits) =>
        Math.Min(Math.Max(limits.BodyBytes, limits.UploadBytes + Uploads.FormOverhead), int.MaxValue);

    /// <summary>A photo in base64 is a third larger than the photo.</summary>
    public static long BodyBytes(LimitsOptions limits) => (limits.UploadBytes / 3 * 4) + Uploads.FormOverhead;

    public static IServiceCollection AddRequestLimits(this IServiceCollection services)
    {
        services
            .AddOptions<KestrelServerOptions>()
            .Configure<IOptions<LimitsOptions>>((kestrel, limits) => kestrel.Limits.MaxRequestBodySize = BodyBytes(limits.Value));
        services
            .AddOptions<FormOptions>()
            .Configure<IOptions<LimitsOptions>>(
                (form, limits) =>
                {
                    form.MultipartBodyLengthLimit = PageBytes(limits.Value);
                    // Photos stay in memory: a temporary file would outlive a killed process.
                    form.MemoryBufferThreshold = (int)PageBytes(limits.Value);
                }
            );
        return services;
    }
}
