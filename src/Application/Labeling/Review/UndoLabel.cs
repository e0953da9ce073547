using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Takes back a person's own decision. It stays on record as withdrawn, and its task is asked again, of the same person first.</summary>
public static class UndoLabel
{
    /// <param name="LabelId">The decision.</param>
    /// <param name="Caller">Who takes it back.</param>
    public sealed record Command(Guid LabelId, Caller Caller) : IRequest<Response>;

    /// <param name="TaskId">The task that is asked again.</param>
    public sealed record Response(Guid TaskId);

    internal sealed class Handler(IRepository<AnnotationTask> tasks, IRepository<HumanLabel> labels, TimeProvider time)
        : IRequestHandler<Command, Response>
    {
        /// <exception cref="NotFoundException">There is no such decision, or it is somebody else's.</exception>
        public Task<Response> Handle(Command request, CancellationToken cancellationToken) =>
            ConcurrentChangeException.RetryAsync(async () =>
            {
                var person = request.Caller.RequireIdentity("A label").ToString();
                if (
                    await labels.FirstOrDefaultAsync(new LabelById(request.LabelId), cancellationToken) is not { } found
                    || found.Person != person
                )
                    throw new NotFoundException($"Label {request.LabelId}");
                var task = (await tasks.FirstOrDefaultAsync(new TaskById(found.TaskId), cancellationToken))!;
                var all = await labels.ListAsync(new LabelsOfTask(task.Id), cancellationToken);
                var label = all.First(other => other.Id == found.Id);
                if (label.EndedAt is not null)
                    return new Response(task.Id);
                var now = time.GetUtcNow();
                label.Withdraw(now);
                task.Conclude(all, now);
                if (task.IsOpen && !task.IsLeasedToOther(person, now))
                    task.Lease(person, now, NextTask.Lease);
                await labels.SaveChangesAsync(cancellationToken);
                return new Response(task.Id);
            });
    }
}
