using GourmetGram.Application.Classification;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Limits the size of request bodies.</summary>
internal static class RequestLimits
{
    /// <summary>
    /// Returns the size limit of a page's form, in bytes. A form may bring as many photos as the memory for bodies allows, and always at
    /// least one.
    /// </summary>
    public static long PageBytes(LimitsOptions limits) =>
        Math.Min(Math.Max(limits.BodyBytes, limits.UploadBytes + Uploads.FormOverhead), int.MaxValue);

    /// <summary>Returns the size limit of other bodies, in bytes. Base64 makes a photo a third larger.</summary>
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
                    // Photos stay in memory, because a temporary file would outlive a killed process.
                    form.MemoryBufferThreshold = (int)PageBytes(limits.Value);
                }
            );
        return services;
    }
}
