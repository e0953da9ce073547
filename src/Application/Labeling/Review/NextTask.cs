using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Gives an annotator the next task of a loop, for ten minutes: nobody else gets it meanwhile, and the annotator gets it again until it is decided or given back.</summary>
public static class NextTask
{
    /// <summary>How long a task belongs to who got it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Caller">Who asks.</param>
    /// <param name="Holding">Tasks that the caller has and does not want again; null for none.</param>
    /// <param name="TaskId">The one task that is wanted, of those the caller may have; null for the next.</param>
    public sealed record Command(string Loop, Caller Caller, IReadOnlyList<Guid>? Holding = null, Guid? TaskId = null)
        : IRequest<TaskResponse?>;

    internal sealed class Validator : AbstractValidator<Command>
    {
        private const int NameLength = 100;

        public Validator()
        {
            RuleFor(c => c.Loop)
                .MaximumLength(NameLength)
                .OverridePropertyName("name")
                .WithMessage("There is no loop with such a long name.");
        }
    }

    internal sealed class Handler(
        LoopBook loops,
        TaskMaker maker,
        ITaskFinder finder,
        IRepository<AnnotationTask> tasks,
        IRepository<HumanLabel> labels,
        IRepository<Prediction> predictions,
        ILinks links,
        TimeProvider time
    ) : IRequestHandler<Command, TaskResponse?>
    {
        /// <exception cref="NotFoundException">There is no such loop.</exception>
        /// <exception cref="ConflictException">The review page does not hand out the tasks of this loop.</exception>
        public async Task<TaskResponse?> Handle(Command request, CancellationToken cancellationToken)
        {
            var loop = await loops.FindAsync(request.Loop, cancellationToken);
            if (loop.Row.Surface != Surface.Review)
                throw new ConflictException(
                    $"The tasks of {loop.Strategy.Title} are not handed out here: its surface is {loop.Row.Surface}."
                );
            await maker.RunAsync(cancellationToken);
            var person = request.Caller.RequireIdentity("A task").ToString();
            return await ConcurrentChangeException.RetryAsync(async () =>
            {
                var now = time.GetUtcNow();
                var wanted = request.TaskId is { } id ? await tasks.FirstOrDefaultAsync(new TaskById(id), cancellationToken) : null;
                var task =
                    wanted is { State: TaskState.Created }
                    && wanted.Loop == loop.Name
                    && !wanted.IsLeasedToOther(person, now)
                    && await labels.CountAsync(new CurrentDecisionOf(person, wanted.Id), cancellationToken) == 0
                        ? wanted
                        : await finder.NextAsync(loop.Name, person, request.Holding ?? [], now, cancellationToken);
                if (task is null)
                    return null;
                task.Lease(person, now, Lease);
                await tasks.SaveChangesAsync(cancellationToken);
                return TaskResponse.From(task, await predictions.FindAsync(task.PredictionId, cancellationToken), links);
            });
        }
    }
}
