using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Gives a task back undecided, so that others can get it immediately. Does nothing when the caller does not have the task.
/// </summary>
public static class ReleaseTask
{
    /// <param name="TaskId">The task.</param>
    /// <param name="Caller">The annotator who gives the task back.</param>
    /// <param name="LeaseUntil">End of the lease to give back. A lease that was extended since, because a page was rendered meanwhile,
    /// stays. Null for any lease.</param>
    public sealed record Command(Guid TaskId, Caller Caller, DateTimeOffset? LeaseUntil = null) : ICommand<Unit>;

    internal sealed class Handler(IRepository<AnnotationTask> tasks) : IRequestHandler<Command, Unit>
    {
        public async Task<Unit> Handle(Command request, CancellationToken cancellationToken)
        {
            var person = request.Caller.RequireIdentity("Labelling").ToString();
            if (
                await tasks.FirstOrDefaultAsync(new TaskById(request.TaskId), cancellationToken) is { } task
                && task.LeasedTo == person
                && !(task.LeaseUntil > request.LeaseUntil)
            )
                task.Release(person);
            return Unit.Value;
        }
    }
}
