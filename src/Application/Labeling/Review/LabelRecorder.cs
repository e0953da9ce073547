using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>Takes the decisions of annotators. Sent twice, a decision is kept once.</summary>
internal sealed class LabelDesk(
    IRepository<AnnotationTask> tasks,
    IRepository<HumanLabel> labels,
    IRepository<Prediction> predictions,
    TimeProvider time
)
{
    /// <param name="taskId">The task.</param>
    /// <param name="caller">Who decides.</param>
    /// <param name="classOf">The class by the model that answered; null for a skip.</param>
    /// <param name="note">What the person noted.</param>
    /// <param name="took">How long the person looked.</param>
    /// <param name="cancellationToken">Ends it before it is kept.</param>
    /// <exception cref="NotFoundException">There is no such task.</exception>
    /// <exception cref="ConflictException">Somebody else has it, or has decided on it.</exception>
    public Task<LabelResponse> DecideAsync(
        Guid taskId,
        Caller caller,
        Func<ModelVersion, int?> classOf,
        string? note,
        TimeSpan? took,
        CancellationToken cancellationToken
    ) =>
        ConcurrentChangeException.RetryAsync(async () =>
        {
            var person = caller.RequireIdentity("A label").ToString();
            note = string.IsNullOrWhiteSpace(note) ? null : note.Trim();
            var task = await tasks.FirstOrDefaultAsync(new TaskById(taskId), cancellationToken)
                ?? throw new NotFoundException($"Task {taskId}");
            var prediction = await predictions.FindAsync(task.PredictionId, cancellationToken);
            var classIndex = classOf(prediction.Model);
            var all = await labels.ListAsync(new LabelsOfTask(taskId), cancellationToken);
            var mine = all.FirstOrDefault(label => label.Person == person && label.EndedAt is null);
            if (mine is not null && mine.ClassIndex == classIndex && mine.Note == note)
                return LabelResponse.From(mine, prediction);
            var now = time.GetUtcNow();
            if (task.IsLeasedToOther(person, now) && mine is null)
                throw new ConflictException("Somebody else has this task now: ask for the next one.");
            if (task.State == TaskState.Published && mine is null)
                throw new ConflictException("This task is handed out by Label Studio: ask for the next one.");
            if (!task.IsOpen && mine is null)
                throw new ConflictException($"This task is {task.State} already: ask for the next one.");

            var others = (await tasks.ListAsync(new TasksOfPhotos([task.PhotoSha256]), cancellationToken))
                .Where(other => other != task)
                .Select(other => other.Id)
                .ToList();
            var sawAnswer =
                prediction.Maker == caller.Actor
                || (others.Count > 0 && await labels.CountAsync(new DecisionsOf(person, others), cancellationToken) > 0);
            var label = task.Decide(person, LabelSource.Review, classIndex, all, now, took, note, sawAnswer: sawAnswer);
            labels.Add(label);
            await labels.SaveChangesAsync(cancellationToken);
            return LabelResponse.From(label, prediction);
        });
}
