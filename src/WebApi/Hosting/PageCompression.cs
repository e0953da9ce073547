using System.IO.Compression;
using System.Net.Mime;
using Microsoft.AspNetCore.ResponseCompression;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Compresses pages. Static files have compressed copies from the build, and photos are compressed already.</summary>
internal static class PageCompression
{
    public static IServiceCollection AddPageCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(compression =>
        {
            // Over TLS, the length of a compressed page can reveal a secret that is next to text chosen by an attacker (BREACH). Our pages
            // are safe: antiforgery tokens and the nonce are new random text in every response. Our cookies are SameSite=Lax, so requests
            // from other sites are answered as those of a new visitor.
            compression.EnableForHttps = true;
            compression.MimeTypes = [MediaTypeNames.Text.Html];
        });
        // Each response is compressed anew, so speed matters more than size.
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        return services;
    }
}
