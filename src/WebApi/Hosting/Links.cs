using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Absolute addresses, from <c>GourmetGram:PublicUrl</c> where it is set and else from the request.</summary>
internal sealed class Links(IHttpContextAccessor accessor, IOptions<GourmetGramOptions> options) : ILinks
{
    public string PredictionImage(Guid predictionId) => Absolute($"api/v1/predictions/{predictionId}/image");

    public string Absolute(string path) => $"{Root}/{path}";

    private string Root
    {
        get
        {
            if (options.Value.PublicUrl is { Length: > 0 } publicUrl)
                return publicUrl.TrimEnd('/');
            // Outside of a request, in a job or a command, an address is a path on the server.
            return accessor.HttpContext?.Request is { } request ? $"{request.Scheme}://{request.Host}{request.PathBase}" : "";
        }
    }
}
