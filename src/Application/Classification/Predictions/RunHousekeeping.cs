using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Removes what is needed no more: images of erased photos, expired idempotency keys, old runs of jobs. Job <c>housekeeping</c>.</summary>
public static class KeepHouse
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Erasures">Erasures that had been interrupted and are finished now.</param>
    /// <param name="Keys">Expired idempotency keys removed.</param>
    /// <param name="Runs">Old runs of jobs removed.</param>
    public sealed record Response(int Erasures, int Keys, int Runs);

    internal sealed class Handler(IMediator mediator, IJobs jobs) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var keys = await mediator.Send(new ForgetExpiredKeys.Command(), cancellationToken);
            var runs = await jobs.ForgetOldRunsAsync(cancellationToken);
            // Last, for it needs the object store, which may be away.
            var erasures = await mediator.Send(new FinishErasures.Command(), cancellationToken);
            return new Response(erasures.Finished, keys.Forgotten, runs);
        }
    }
}
