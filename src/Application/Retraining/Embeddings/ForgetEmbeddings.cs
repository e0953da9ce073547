using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Retraining;

/// <summary>Removes embeddings that are no longer needed for training or comparing models. Job <c>forget-embeddings</c>.</summary>
public static class ForgetEmbeddings
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Forgotten">Number of removed embeddings.</param>
    public sealed record Response(int Forgotten);

    internal sealed class Handler(
        IUnitOfWork work,
        IOldEmbeddings old,
        IRepository<PhotoEmbedding> embeddings,
        IOptions<RetrainingOptions> options,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        private const int Batch = 200;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var (forgotten, removed) = (0, 0);
            do
            {
                removed = await work.RunStepAsync((Handler step) => step.RemoveAsync(cancellationToken));
                forgotten += removed;
            } while (removed == Batch);
            return new Response(forgotten);
        }

        private async Task<int> RemoveAsync(CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var found = await old.ListAsync(
                now.AddDays(-options.Value.EmbeddingDays),
                now.AddDays(-options.Value.MeasuringEmbeddingDays),
                Batch,
                cancellationToken
            );
            foreach (var embedding in found)
                embeddings.Remove(embedding);
            return found.Count;
        }
    }
}
