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

    internal sealed class Handler(IUnitOfWork work, TimeProvider time) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            // If an upload renews a key meanwhile, the commit fails. The repeated step no longer finds the key, because it has not expired.
            var expired = new IdempotencyRecordsBefore(time.GetUtcNow() - IdempotencyRecord.Lifetime, BatchRemoval.Batch);
            return new Response(await work.RemoveAllAsync(expired, cancellationToken));
        }
    }
}
