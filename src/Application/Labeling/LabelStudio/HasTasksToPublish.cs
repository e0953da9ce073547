using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Returns whether job <c>publish-tasks</c> may have work to do. The question is asked every minute, so it writes nothing.
/// </summary>
public static class HasTasksToPublish
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Any">Whether a loop uses Label Studio, or tasks or objects still have to be removed from it.</param>
    public sealed record Response(bool Any);

    internal sealed class Handler(LoopCatalogue loops, TaskRecaller recall, IRepository<AnnotationTask> tasks)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new(
                (await loops.OnAsync(Surface.LabelStudio, cancellationToken)).Count > 0
                    || await tasks.CountAsync(new DecidedTasksWithObject(1), cancellationToken) > 0
                    || await recall.IsDueAsync(cancellationToken)
            );
    }
}
