using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Writes the objects of tasks for Label Studio, and removes tasks that it should not hand out any more. Job <c>publish-tasks</c>.
/// </summary>
public static class PublishTasks
{
    /// <param name="Progress">Receives the progress; null when it is not needed.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Published">Task objects written.</param>
    /// <param name="Retired">Objects of decided tasks removed.</param>
    /// <param name="Recalled">Tasks removed from Label Studio.</param>
    public sealed record Response(int Published, int Retired, int Recalled);

    internal sealed class Handler(
        TaskMaker maker,
        TaskPublisher publisher,
        TaskRecaller recall,
        LoopCatalogue loops,
        IAnnotationPlatform platform,
        IExclusiveWork exclusive
    ) : IRequestHandler<Command, Response>
    {
        /// <exception cref="PlatformUnavailableException">Label Studio does not answer, or tasks cannot link to photos; finished work is
        /// kept.</exception>
        /// <exception cref="StoreUnavailableException">A store is down; finished work is kept.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var done = 0;
            void Step() => request.Progress?.Report(new JobProgress(++done, Total: null));
            var retired = await publisher.RetireAsync(cancellationToken);
            var published = 0;
            await maker.RunAsync(cancellationToken);
            // While Label Studio cannot be used, nobody would see new task objects.
            if (platform.FindHindrance() is null)
            {
                foreach (var loop in await loops.OnAsync(Surface.LabelStudio, cancellationToken))
                    published += await publisher.PublishAsync(loop, Step, cancellationToken);
            }

            var recalled = await recall.IsDueAsync(cancellationToken)
                ? await exclusive.RunAsync(
                    SyncStorages.Turn,
                    SyncStorages.Patience,
                    token => recall.RunAsync(Step, token),
                    cancellationToken
                )
                : 0;
            return new Response(published, retired, recalled);
        }
    }
}
