using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Deletes counts of hours and days that are over. Part of job <c>housekeeping</c>.</summary>
public static class ForgetOldCounts
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Forgotten">Number of counts deleted.</param>
    public sealed record Response(int Forgotten);

    internal sealed class Handler(IUnitOfWork work, IRepository<UploadCount> counts, TimeProvider time) : IRequestHandler<Command, Response>
    {
        private const int Batch = 500;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var forgotten = 0;
            while (await work.RunStepAsync((Handler step) => step.ForgetAsync(now, cancellationToken)) is > 0 and var count)
                forgotten += count;
            return new Response(forgotten);
        }

        private async Task<int> ForgetAsync(DateTimeOffset now, CancellationToken cancellationToken)
        {
            var old = await counts.ListAsync(new UploadCountsOver(now, Batch), cancellationToken);
            foreach (var count in old)
                counts.Remove(count);
            return old.Count;
        }
    }
}
