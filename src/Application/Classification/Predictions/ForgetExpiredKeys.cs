using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Removes idempotency keys that have expired: they change no answer any more.</summary>
public static class ForgetExpiredKeys
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Forgotten">How many keys were removed.</param>
    public sealed record Response(int Forgotten);

    internal sealed class Handler(IRepository<IdempotencyRecord> keys, TimeProvider time) : IRequestHandler<Command, Response>
    {
        private const int Batch = 500;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var moment = time.GetUtcNow() - IdempotencyRecord.Lifetime;
            var forgotten = 0;
            // A key that an upload takes for itself meanwhile has not expired any more: the repetition does not see it.
            while (await ConcurrentChangeException.RetryAsync(() => ForgetAsync(moment, cancellationToken)) is > 0 and var removed)
                forgotten += removed;
            return new Response(forgotten);
        }

        private async Task<int> ForgetAsync(DateTimeOffset moment, CancellationToken cancellationToken)
        {
            var expired = await keys.ListAsync(new IdempotencyRecordsBefore(moment, Batch), cancellationToken);
            foreach (var key in expired)
                keys.Remove(key);
            await keys.SaveChangesAsync(cancellationToken);
            return expired.Count;
        }
    }
}
