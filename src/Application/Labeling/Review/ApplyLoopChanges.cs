using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Applies changed loop settings to undecided tasks: they get the new number of votes, and those with enough votes are decided. Job
/// <c>select-candidates</c> sends this command before selecting.
/// </summary>
public static class ApplyLoopChanges
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Tasks">Number of tasks whose number of votes changed.</param>
    public sealed record Response(int Tasks);

    internal sealed class Handler(
        IUnitOfWork work,
        IRepository<FeedbackLoop> loops,
        IRepository<AnnotationTask> tasks,
        IRepository<HumanLabel> labels,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        private const int Batch = 200;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var applied = 0;
            (int Tasks, bool IsDone) step;
            do
            {
                step = await work.RunStepAsync((Handler handler) => handler.ApplyAsync(cancellationToken));
                applied += step.Tasks;
            } while (!step.IsDone);
            return new Response(applied);
        }

        private async Task<(int Tasks, bool IsDone)> ApplyAsync(CancellationToken cancellationToken)
        {
            var changed = await loops.ListAsync(new ChangedLoops(), cancellationToken);
            if (changed.Count == 0)
                return (0, IsDone: true);
            var loop = changed[0];
            var due = await tasks.ListAsync(new TasksWithOtherVotes(loop.Name, loop.Votes, Batch), cancellationToken);
            var given = (await labels.ListAsync(new CurrentLabelsOf([.. due.Select(task => task.Id)]), cancellationToken)).ToLookup(label =>
                label.TaskId
            );
            foreach (var task in due)
                task.ApplyVotes(loop.Votes, [.. given[task.Id]], time.GetUtcNow());
            if (due.Count < Batch)
                loop.MarkChangeApplied();
            return (due.Count, IsDone: false);
        }
    }
}
