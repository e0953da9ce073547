using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Removes the images of predictions whose erasure was interrupted after their rows were gone. Run at start.</summary>
public static class FinishErasures
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Finished">How many erasures were left to finish.</param>
    public sealed record Response(int Finished);

    internal sealed class Handler(PredictionErasure erasure) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken) =>
            new(await erasure.FinishAsync(cancellationToken));
    }
}
