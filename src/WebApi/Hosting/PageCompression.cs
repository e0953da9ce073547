using System.IO.Compression;
using System.Net.Mime;
using Microsoft.AspNetCore.ResponseCompression;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Sends pages compressed. Static files bring their compressed copies with them from the build; photos are compressed already.</summary>
internal static class PageCompression
{
    public static IServiceCollection AddPageCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(compression =>
        {
            // Over TLS the length of a compressed page can betray a secret that stands beside text of an attacker's choice (BREACH). The secrets in our pages are no such target: the
            // antiforgery tokens and the nonce are new random text in every answer, and our cookies are SameSite=Lax, so another site's requests are answered as a new visitor's.
            compression.EnableForHttps = true;
            compression.MimeTypes = [MediaTypeNames.Text.Html];
        });
        // Done anew for each answer: quick comes before small.
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        return services;
    }
}
