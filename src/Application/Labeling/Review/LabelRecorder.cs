using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>Stores the decisions of annotators, within a step. A decision that is sent twice is stored once.</summary>
internal sealed class LabelRecorder(
    IRepository<AnnotationTask> tasks,
    IRepository<HumanLabel> labels,
    IRepository<Prediction> predictions,
    IRepository<PlantedAnswer> planted,
    IKnownAnswers known,
    TimeProvider time
)
{
    /// <param name="taskId">The task.</param>
    /// <param name="caller">The annotator who decides.</param>
    /// <param name="answerOf">Returns the answer for the model that classified the photo; null for a skip.</param>
    /// <param name="note">The annotator's note; null for none.</param>
    /// <param name="took">How long the person looked; null when unknown.</param>
    /// <param name="key">The caller's idempotency key for this decision; null for none.</param>
    /// <param name="cancellationToken">Cancels the decision before it is stored.</param>
    /// <exception cref="NotFoundException">There is no such task.</exception>
    /// <exception cref="ConflictException">Another person holds the lease of the task, or has decided on it.</exception>
    public async Task<LabelResponse> DecideAsync(
        Guid taskId,
        Caller caller,
        Func<ModelVersion, Answer?> answerOf,
        string? note,
        TimeSpan? took,
        string? key,
        CancellationToken cancellationToken
    )
    {
        var person = caller.RequireIdentity("Labelling").ToString();
        note = Trim(note);
        var task = await tasks.FirstOrDefaultAsync(new TaskById(taskId), cancellationToken)
            ?? throw new NotFoundException($"Task {taskId}");
        var prediction = await predictions.FindAsync(task.PredictionId, cancellationToken);
        var answer = answerOf(prediction.Model);
        var all = await labels.ListAsync(new LabelsOfTask(taskId), cancellationToken);
        // A decision that arrives again changes nothing, however late: it may have been replaced or withdrawn since.
        if (key is not null && all.FirstOrDefault(label => label.Person == person && label.ExternalId == NameOf(key)) is { } sent)
            return LabelResponse.From(sent, prediction);
        var mine = all.FirstOrDefault(label => label.Person == person && label is { EndedAt: null, Source: not LabelSource.Adjudication });
        if (mine is not null && mine.Answer == answer && mine.Note == note)
            return LabelResponse.From(mine, prediction);
        var now = time.GetUtcNow();
        if (task.IsLeasedToOther(person, now) && mine is null)
            throw new ConflictException("Another person has this task now. Request the next one.");
        if (task.State == TaskState.Published && mine is null)
            throw new ConflictException("This task is labelled in Label Studio. Request the next one.");
        if (!task.IsUnanswered && mine is null)
        {
            return await AnswerPlantedAsync(task, person, answer, note, took, key, cancellationToken) is { } test
                ? LabelResponse.From(test, prediction)
                : throw new ConflictException($"This task is already {task.State}. Request the next one.");
        }

        var sawAnswer = task.IsBlind && await KnowsAnswerAsync(task, caller.Actor, cancellationToken);
        var label = task.Decide(
            person,
            LabelSource.Review,
            answer,
            all,
            now,
            took,
            note,
            key is null ? null : NameOf(key),
            sawAnswer: sawAnswer
        );
        labels.Add(label);
        return LabelResponse.From(label, prediction);
    }

    /// <summary>Stores an answer to a task that was handed out although its answer is known.</summary>
    /// <returns>The label; null when the task was not handed out like that.</returns>
    private async Task<HumanLabel?> AnswerPlantedAsync(
        AnnotationTask task,
        string person,
        Answer? answer,
        string? note,
        TimeSpan? took,
        string? key,
        CancellationToken cancellationToken
    )
    {
        if (await planted.FirstOrDefaultAsync(new PlantedAnswersOf([task.Id]), cancellationToken) is null)
            return null;
        var given = await labels.ListAsync(new PlantedLabelsOf(person, task.Id), cancellationToken);
        if (key is not null && given.FirstOrDefault(label => label.ExternalId == NameOf(key)) is { } sent)
            return sent;
        var current = given.FirstOrDefault(label => label.EndedAt is null);
        if (current is not null && current.Answer == answer && current.Note == note)
            return current;
        var now = time.GetUtcNow();
        current?.Supersede(now);
        var label = task.AnswerPlanted(person, answer, now, took, note, key is null ? null : NameOf(key));
        labels.Add(label);
        return label;
    }

    /// <summary>Withdraws a person's current answer to a planted photo, which may then be handed out again.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="person">The person.</param>
    /// <param name="isMeant">Whether a label is meant.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async Task TakeBackPlantedAsync(Guid taskId, string person, Func<HumanLabel, bool> isMeant, CancellationToken cancellationToken)
    {
        var given = await labels.ListAsync(new PlantedLabelsOf(person, taskId), cancellationToken);
        given.FirstOrDefault(label => label.EndedAt is null && isMeant(label))?.Withdraw(time.GetUtcNow());
    }

    /// <summary>
    /// Withdraws a current label. Its task is offered again, to the same person first. When an administrator's decision is withdrawn, the
    /// labels disagree again.
    /// </summary>
    /// <param name="label">One of <paramref name="all"/>.</param>
    /// <param name="task">The task that the label answers.</param>
    /// <param name="all">All labels of the task.</param>
    public void TakeBack(HumanLabel label, AnnotationTask task, IReadOnlyList<HumanLabel> all)
    {
        var now = time.GetUtcNow();
        label.Withdraw(now);
        task.Conclude(all, now);
        if (task.IsUnanswered && label.Source != LabelSource.Adjudication && !task.IsLeasedToOther(label.Person, now))
            task.Lease(label.Person, now, NextTask.Lease);
    }

    /// <summary>Returns whether a person knew the model's answer before the task: from outside of tasks, or from another loop.</summary>
    public async Task<bool> KnowsAnswerAsync(AnnotationTask task, Actor person, CancellationToken cancellationToken)
    {
        if ((await known.SinceAsync([person], [task.PhotoSha256], cancellationToken)).Count > 0)
            return true;
        var others = (await tasks.ListAsync(new TasksOfPhotos([task.PhotoSha256]), cancellationToken))
            .Where(other => other != task)
            .Select(other => other.Id)
            .ToList();
        return others.Count > 0 && await labels.CountAsync(new DecisionsOf(person.ToString(), others), cancellationToken) > 0;
    }

    /// <summary>Returns a note as it is stored; null when it is empty.</summary>
    public static string? Trim(string? note) => string.IsNullOrWhiteSpace(note) ? null : note.Trim();

    /// <summary>Returns the external id of a decision, which differs from those of labels from other programs.</summary>
    public static string NameOf(string key) => $"Review/{key}";
}
