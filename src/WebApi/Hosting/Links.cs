using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Builds absolute URLs, from <c>GourmetGram:PublicUrl</c> if it is set and otherwise from the request.</summary>
internal sealed class Links(IHttpContextAccessor accessor, IOptions<GourmetGramOptions> options) : ILinks
{
    public string PredictionImage(Guid predictionId) => Absolute($"api/v1/predictions/{predictionId}/image");

    public string TaskImage(Guid taskId) => Absolute($"api/v1/tasks/{taskId}/image");

    public string Absolute(string path) => $"{Root}/{path}";

    private string Root
    {
        get
        {
            if (options.Value.PublicUrl is { Length: > 0 } publicUrl)
                return publicUrl.TrimEnd('/');
            // A job or command has no request to take the host from, so the URL is only a path on the server.
            return accessor.HttpContext?.Request is { } request ? $"{request.Scheme}://{request.Host}{request.PathBase}" : "";
        }
    }
}
