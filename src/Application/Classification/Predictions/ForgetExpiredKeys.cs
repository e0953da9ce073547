using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Removes expired idempotency keys, which no longer affect any answer.</summary>
public static class ForgetExpiredKeys
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Forgotten">Number of keys removed.</param>
    public sealed record Response(int Forgotten);

    internal sealed class Handler(IUnitOfWork work, IRepository<IdempotencyRecord> keys, TimeProvider time)
        : IRequestHandler<Command, Response>
    {
        private const int Batch = 500;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var moment = time.GetUtcNow() - IdempotencyRecord.Lifetime;
            var forgotten = 0;
            // If an upload renews a key meanwhile, the commit fails. The repeated step no longer finds the key, because it has not expired.
            while (await work.RunStepAsync((Handler step) => step.ForgetAsync(moment, cancellationToken)) is > 0 and var removed)
                forgotten += removed;
            return new Response(forgotten);
        }

        private async Task<int> ForgetAsync(DateTimeOffset moment, CancellationToken cancellationToken)
        {
            var expired = await keys.ListAsync(new IdempotencyRecordsBefore(moment, Batch), cancellationToken);
            foreach (var key in expired)
                keys.Remove(key);
            return expired.Count;
        }
    }
}
