using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Checks whether the object store belongs to this database. If neither belongs to an installation yet, links them.</summary>
public static class CheckStoreOwnership
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Fault">Null if the store belongs to this database; otherwise a sentence that says what is wrong and what to do.</param>
    public sealed record Response(string? Fault);

    internal sealed class Handler(StoreOwnership ownership) : IRequestHandler<Command, Response>
    {
        /// <exception cref="StoreUnavailableException">The database or the store does not respond, so ownership is unknown.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken) =>
            new(await ownership.FindFaultAsync(cancellationToken));
    }
}
