using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns whether job <c>run-pipeline</c> has work to do.</summary>
public static class HasPipelineWork
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Any">Whether a run goes on, or one is to be started.</param>
    public sealed record Response(bool Any);

    internal sealed class Handler(PipelineReader reader, PipelineTriggers triggers) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new(await reader.OpenAsync(cancellationToken) is not null || await triggers.FindAsync(cancellationToken) is not null);
    }
}
