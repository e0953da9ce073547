using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Deletes data that is no longer needed: images of deleted photos, photos without a prediction 30 days after they were set aside, expired
/// idempotency keys, and old job runs. Job <c>housekeeping</c>.
/// </summary>
public static class RunHousekeeping
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Erasures">Number of interrupted deletions that were finished.</param>
    /// <param name="Keys">Number of expired idempotency keys removed.</param>
    /// <param name="Runs">Number of old job runs removed.</param>
    /// <param name="Orphans">Number of photos deleted that had been set aside: 30 days ago, or with a prediction that was deleted.</param>
    public sealed record Response(int Erasures, int Keys, int Runs, int Orphans);

    internal sealed class Handler(IMediator mediator, IJobs jobs, StoreOwnership ownership, Orphans orphans)
        : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var keys = await mediator.Send(new ForgetExpiredKeys.Command(), cancellationToken);
            var runs = await jobs.ForgetOldRunsAsync(cancellationToken);
            // These steps come last because they need the object store, which may be unavailable or may have been taken over by another
            // installation since startup.
            if (await ownership.FindFaultAsync(cancellationToken) is { } fault)
                throw new StoreUnavailableException(fault);
            var erasures = await mediator.Send(new FinishErasures.Command(), cancellationToken);
            return new Response(erasures.Finished, keys.Forgotten, runs, (await orphans.TidyAsync(cancellationToken)).Deleted);
        }
    }
}
