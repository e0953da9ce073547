using GourmetGram.Application.Classification;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace GourmetGram.WebApi.Classification;

/// <summary>Answers with a photo: ranges, entity tag, and no body for HEAD.</summary>
internal static class PhotoResult
{
    /// <param name="image">The photo; the answer closes it.</param>
    /// <param name="context">The request.</param>
    /// <param name="caching">Who may keep it and for how long. The bytes never change.</param>
    public static FileStreamHttpResult Of(PhotoImage image, HttpContext context, string caching)
    {
        context.Response.Headers.CacheControl = $"{caching}, immutable";
        return TypedResults.Stream(
            image.Content,
            image.MediaType,
            entityTag: new EntityTagHeaderValue($"\"{image.Sha256}\""),
            enableRangeProcessing: true
        );
    }
}
