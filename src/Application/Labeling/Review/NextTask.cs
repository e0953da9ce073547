using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Leases the next task of a loop to an annotator for ten minutes. Nobody else gets the task meanwhile, and the annotator gets it again
/// until it is decided or given back.
/// </summary>
public static class NextTask
{
    /// <summary>How long a task is leased.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Caller">The annotator.</param>
    /// <param name="Holding">Tasks that the caller has and does not want again; null for none.</param>
    /// <param name="TaskId">A specific task that the caller wants, if it is available to the caller; null for the next.</param>
    /// <param name="TrialId">The comparison of two models whose drawn photos are wanted; null for all photos of the loop.</param>
    public sealed record Command(string Loop, Caller Caller, IReadOnlyList<Guid>? Holding = null, Guid? TaskId = null, Guid? TrialId = null)
        : IRequest<TaskResponse?>;

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() => RuleFor(c => c.Loop).IsLoopName();
    }

    internal sealed class Handler(
        IUnitOfWork work,
        LoopCatalogue loops,
        TaskMaker maker,
        ITaskFinder finder,
        IRepository<AnnotationTask> tasks,
        IRepository<HumanLabel> labels,
        IRepository<Prediction> predictions,
        AnswerGuard guard,
        PlantedTasks planted,
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
                    $"The tasks of {loop.Strategy.Title} are not labelled here: its labelling tool is {loop.Row.Surface}."
                );
            await maker.RunAsync(cancellationToken);
            var person = request.Caller.RequireIdentity("Labelling").ToString();
            var (leased, photo) = await work.RunStepAsync((Handler step) => step.LeaseAsync(request, person, cancellationToken));
            // The caller sees the answer now, even if the task is given back undecided.
            if (leased?.PredictionId is { } shown)
                await guard.NoteAsync([(photo!, shown)], request.Caller, cancellationToken);
            return leased;
        }

        private async Task<(TaskResponse? Leased, string? Photo)> LeaseAsync(
            Command request,
            string person,
            CancellationToken cancellationToken
        )
        {
            var now = time.GetUtcNow();
            var wanted = request.TaskId is { } id ? await tasks.FirstOrDefaultAsync(new TaskById(id), cancellationToken) : null;
            var isFree =
                wanted is { State: TaskState.Created or TaskState.Skipped, HasObject: false }
                && wanted.Loop == request.Loop
                && !wanted.IsLeasedToOther(person, now);
            isFree =
                isFree && (wanted!.IsBlind || !(await guard.HiddenAsync(request.Caller, cancellationToken)).Contains(wanted.PhotoSha256));
            var task =
                isFree && await labels.CountAsync(new CurrentDecisionOf(person, wanted!.Id), cancellationToken) == 0
                    ? wanted
                    : await finder.NextAsync(request.Loop, person, request.Holding ?? [], now, request.TrialId, cancellationToken);
            if (task is null)
                return (null, null);
            var again = wanted is { IsUnanswered: false } && wanted.Loop == request.Loop ? wanted : null;
            var known =
                again is not null && await planted.IsLeftAsync(again, person, cancellationToken) ? again.Id
                : isFree ? null
                : await planted.ChooseAsync(task, person, request.Holding ?? [], cancellationToken);
            if (known is { } plantedId)
                return await ShowPlantedAsync(plantedId, now + Lease, cancellationToken);
            task.Lease(person, now, Lease);
            // The photo was deleted after the task was read: the task was deleted too, or shows another copy now. The commit detects that,
            // and the step starts over.
            return await predictions.FirstOrDefaultAsync(new PredictionById(task.PredictionId), cancellationToken) is { } prediction
                ? (TaskResponse.From(task, prediction, links), task.PhotoSha256)
                : (null, null);
        }

        /// <summary>Shows a decided task, whose answer is known, as if it were the next one.</summary>
        private async Task<(TaskResponse? Leased, string? Photo)> ShowPlantedAsync(
            Guid id,
            DateTimeOffset leaseUntil,
            CancellationToken cancellationToken
        ) =>
            await tasks.FirstOrDefaultAsync(new TaskById(id), cancellationToken) is { } task
            && await predictions.FirstOrDefaultAsync(new PredictionById(task.PredictionId), cancellationToken) is { } prediction
                ? (TaskResponse.From(task, prediction, links, leaseUntil), task.PhotoSha256)
                : (null, null);
    }
}
