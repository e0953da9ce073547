using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Deletes counts of hours and days that are over. Part of job <c>housekeeping</c>.</summary>
public static class ForgetOldCounts
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Forgotten">Number of counts deleted.</param>
    public sealed record Response(int Forgotten);

    internal sealed class Handler(IUnitOfWork work, TimeProvider time) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken) =>
            new(await work.RemoveAllAsync(new UploadCountsOver(time.GetUtcNow(), BatchRemoval.Batch), cancellationToken));
    }
}
