using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Writes what is missing in the object store: photos that wait in the spool, and tags. Looks again for missing photos. Job
/// <c>store-images</c>.
/// </summary>
public static class StoreImages
{
    /// <param name="Progress">Receives the number of photos done; null for no reports.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Stored">Photos that were moved to the object store or found there again.</param>
    /// <param name="Missing">Photos newly marked as missing.</param>
    /// <param name="SetAside">Files in the spool that could not be used.</param>
    /// <param name="Tagged">Photos whose tags were written.</param>
    /// <param name="Refused">Photos whose tags the object store refuses.</param>
    public sealed record Response(int Stored, int Missing, int SetAside, int Tagged, int Refused);

    internal sealed class Handler(SpoolDrain drain, TagWriter tags) : IRequestHandler<Command, Response>
    {
        /// <exception cref="StoreUnavailableException">
        /// The object store is unavailable, or too many photos are missing. Finished work stays done.
        /// </exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var drained = await drain.RunAsync(request.Progress, cancellationToken);
            var tagged = await tags.RunAsync(cancellationToken);
            return new Response(drained.Stored, drained.Missing + tagged.Missing, drained.SetAside, tagged.Written, tagged.Refused);
        }
    }
}
