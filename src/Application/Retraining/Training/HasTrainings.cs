using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns whether job <c>train-model</c> has work to do.</summary>
public static class HasTrainings
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Any">Whether a training is queued or was interrupted.</param>
    public sealed record Response(bool Any);

    internal sealed class Handler(IRepository<TrainingRun> runs) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new(await runs.CountAsync(new OpenTrainings(), cancellationToken) > 0);
    }
}
