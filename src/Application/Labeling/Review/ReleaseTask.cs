using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Gives a task back undecided, so that others get it at once. What the caller does not have is no error.</summary>
public static class ReleaseTask
{
    /// <param name="TaskId">The task.</param>
    /// <param name="Caller">Who gives it back.</param>
    /// <param name="LeaseUntil">Which lease ends: one that was made longer since, by a page that was drawn meanwhile, stays. Null for any.</param>
    public sealed record Command(Guid TaskId, Caller Caller, DateTimeOffset? LeaseUntil = null) : IRequest;

    internal sealed class Handler(IRepository<AnnotationTask> tasks) : IRequestHandler<Command>
    {
        public async Task<Unit> Handle(Command request, CancellationToken cancellationToken)
        {
            await ConcurrentChangeException.RetryAsync(async () =>
            {
                var person = request.Caller.RequireIdentity("A task").ToString();
                if (
                    await tasks.FirstOrDefaultAsync(new TaskById(request.TaskId), cancellationToken) is not { } task
                    || task.LeasedTo != person
                    || task.LeaseUntil > request.LeaseUntil
                )
                    return false;
                task.Release(person);
                await tasks.SaveChangesAsync(cancellationToken);
                return true;
            });
            return Unit.Value;
        }
    }
}
