using GourmetGram.Application.Classification;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Most bytes of a request body.</summary>
internal static class RequestLimits
{
    /// <summary>A page's form may bring many photos at once.</summary>
    public const long PageBytes = 200L * LimitsOptions.Mebibyte;

    public static IServiceCollection AddRequestLimits(this IServiceCollection services)
    {
        // A photo in base64 is a third larger than the photo.
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitsOptions>>((kestrel, limits) =>
            kestrel.Limits.MaxRequestBodySize = limits.Value.UploadBytes / 3 * 4 + Uploads.FormOverhead);
        services.Configure<FormOptions>(form =>
        {
            form.MultipartBodyLengthLimit = PageBytes;
            // Photos stay in memory: a temporary file would outlive a killed process.
            form.MemoryBufferThreshold = (int)PageBytes;
        });
        return services;
    }
}
