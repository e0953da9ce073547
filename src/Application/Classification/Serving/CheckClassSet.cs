using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Checks at startup whether the loaded model has the same classes as the stored predictions. The class indexes in rows, folders and
/// datasets are meaningless under another class list.
/// </summary>
public static class CheckClassSet
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Fault">Null, or a sentence that says what differs and what to do.</param>
    public sealed record Response(string? Fault);

    internal sealed class Handler(IRepository<ModelVersion> models, IClassifier classifier) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var loaded = classifier.Model;
            var stored = await models.FirstOrDefaultAsync(new LatestModelVersion(), cancellationToken);
            if (stored is null || stored.Labels.SequenceEqual(loaded.Labels, StringComparer.Ordinal))
                return new Response(Fault: null);
            return new Response(
                $"Model {loaded.Name} {loaded.Version} has the classes [{string.Join(", ", loaded.Labels)}], "
                    + $"but the stored predictions were made with "
                    + $"[{string.Join(", ", stored.Labels)}] by {stored.Name} {stored.Version}. "
                    + "Set Model:Directory to a model with the stored classes, or start a new installation: set "
                    + "GourmetGram:DataDirectory (and Database:ConnectionString) to a new location."
            );
        }
    }
}
