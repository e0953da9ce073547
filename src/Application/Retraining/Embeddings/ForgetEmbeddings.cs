using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Removes embeddings, and answers of models that did not serve, that are no longer needed for training or comparing models. Job
/// <c>forget-embeddings</c>.
/// </summary>
public static class ForgetEmbeddings
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Forgotten">Number of removed embeddings and answers.</param>
    public sealed record Response(int Forgotten);

    internal sealed class Handler(
        IUnitOfWork work,
        IOldEmbeddings old,
        IRepository<PhotoEmbedding> embeddings,
        IRepository<ModelAnswer> answers,
        IOptions<RetrainingOptions> options,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        private const int Batch = 200;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            return new Response(
                await RepeatAsync((step, token) => step.RemoveAsync(token))
                    + await RepeatAsync((step, token) => step.RemoveAnswersAsync(token))
            );

            async Task<int> RepeatAsync(Func<Handler, CancellationToken, Task<int>> removeAsync)
            {
                var (forgotten, removed) = (0, 0);
                do
                {
                    removed = await work.RunStepAsync((Handler step) => removeAsync(step, cancellationToken));
                    forgotten += removed;
                } while (removed == Batch);
                return forgotten;
            }
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

        private async Task<int> RemoveAnswersAsync(CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var found = await old.ListAnswersAsync(
                now.AddDays(-options.Value.EmbeddingDays),
                now.AddDays(-options.Value.MeasuringEmbeddingDays),
                Batch,
                cancellationToken
            );
            foreach (var answer in found)
                answers.Remove(answer);
            return found.Count;
        }
    }
}
