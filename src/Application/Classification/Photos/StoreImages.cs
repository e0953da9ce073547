using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Brings to the object store what it lacks: photos that wait in the spool, and tags. Job <c>store-images</c>.</summary>
public static class StoreImages
{
    /// <param name="Progress">Told how many photos are done; null when nobody wants to know.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Stored">Photos that reached the object store.</param>
    /// <param name="Lost">Photos that are nowhere.</param>
    /// <param name="SetAside">Things in the spool that could not be used.</param>
    /// <param name="Tagged">Photos whose tags were written.</param>
    public sealed record Response(int Stored, int Lost, int SetAside, int Tagged);

    internal sealed class Handler(SpoolDrain drain, TagWriter tags) : IRequestHandler<Command, Response>
    {
        /// <exception cref="StoreUnavailableException">The object store is still away; what could be done was done.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var drained = await drain.RunAsync(request.Progress, cancellationToken);
            var tagged = await tags.RunAsync(cancellationToken);
            return new Response(drained.Stored, drained.Lost + tagged.Lost, drained.SetAside, tagged.Written);
        }
    }
}
