using GourmetGram.Application.Classification;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace GourmetGram.WebApi.Classification;

/// <summary>Creates responses that send a photo, with range and entity tag support, and without a body for HEAD.</summary>
internal static class PhotoResult
{
    /// <summary>
    /// The bytes never change, but a deleted photo must disappear. A browser may therefore store the photo, but must ask each time whether
    /// it still exists (304).
    /// </summary>
    private const string Caching = "private, no-cache";

    /// <param name="image">The photo; the response closes it.</param>
    /// <param name="context">The request.</param>
    public static FileStreamHttpResult Of(PhotoImage image, HttpContext context)
    {
        context.Response.Headers.CacheControl = Caching;
        return TypedResults.Stream(
            image.Content,
            image.MediaType,
            entityTag: new EntityTagHeaderValue($"\"{image.Sha256}\""),
            enableRangeProcessing: true
        );
    }
}
