using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Removes the images of predictions whose deletion was interrupted after their rows were gone. Runs at startup and in housekeeping.
/// </summary>
public static class FinishErasures
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Finished">Number of interrupted deletions that were finished.</param>
    public sealed record Response(int Finished);

    internal sealed class Handler(PredictionErasure erasure) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken) =>
            new((await erasure.FinishAsync(cancellationToken)).Count);
    }
}
