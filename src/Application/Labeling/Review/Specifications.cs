using Ardalis.Specification;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>The task with this id, tracked for changes.</summary>
internal sealed class TaskById : Specification<AnnotationTask>
{
    public TaskById(Guid id)
    {
        Query.Where(task => task.Id == id);
    }
}

/// <summary>The tasks of some photos in all loops, tracked for changes.</summary>
internal sealed class TasksOfPhotos : Specification<AnnotationTask>
{
    public TasksOfPhotos(IReadOnlyCollection<string> photos)
    {
        Query.Where(task => photos.Contains(task.PhotoSha256));
    }
}

/// <summary>Blind tasks that are leased to a person now.</summary>
internal sealed class BlindTasksHeldBy : Specification<AnnotationTask>
{
    public BlindTasksHeldBy(Actor person, DateTimeOffset now)
    {
        var name = person.ToString();
        Query.Where(task => task.LeasedTo == name && task.LeaseUntil > now && task.IsBlind).AsNoTracking();
    }
}

/// <summary>The records that a person has read the answers on some photos.</summary>
internal sealed class SeenAnswersOf : Specification<SeenAnswer>
{
    public SeenAnswersOf(Actor person, IReadOnlyCollection<string> photos)
    {
        Query.Where(row => row.Person == person && photos.Contains(row.PhotoSha256)).AsNoTracking();
    }
}

/// <summary>The records that people have read the answers of some predictions, tracked for changes.</summary>
internal sealed class SeenAnswersIn : Specification<SeenAnswer>
{
    public SeenAnswersIn(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(row => predictionIds.Contains(row.PredictionId));
    }
}

/// <summary>Tasks that show the photo of one of these predictions, tracked for changes.</summary>
internal sealed class TasksShowing : Specification<AnnotationTask>
{
    public TasksShowing(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(task => predictionIds.Contains(task.PredictionId));
    }
}

/// <summary>Tasks whose decision is not yet in the datasets, tracked for changes.</summary>
internal sealed class TasksWithDueOutput : Specification<AnnotationTask>
{
    public TasksWithDueOutput(int limit)
    {
        Query.Where(task => task.IsOutputDue).OrderBy(task => task.Id).Take(limit);
    }
}

/// <summary>All labels of a task, including those that are not current, tracked for changes.</summary>
internal sealed class LabelsOfTask : Specification<HumanLabel>
{
    public LabelsOfTask(Guid taskId)
    {
        Query.Where(label => label.TaskId == taskId).OrderBy(label => label.Id);
    }
}

/// <summary>All labels of some tasks, including those that are not current, tracked for changes.</summary>
internal sealed class LabelsOfTasks : Specification<HumanLabel>
{
    public LabelsOfTasks(IReadOnlyCollection<Guid> taskIds)
    {
        Query.Where(label => taskIds.Contains(label.TaskId));
    }
}

/// <summary>All labels of some tasks with answers to planted photos, including those that are not current, tracked for changes.</summary>
internal sealed class EveryLabelOfTasks : Specification<HumanLabel>
{
    public EveryLabelOfTasks(IReadOnlyCollection<Guid> taskIds)
    {
        Query.Where(label => taskIds.Contains(label.TaskId)).IgnoreQueryFilters();
    }
}

/// <summary>A person's answers to a planted photo, including those that are not current, tracked for changes.</summary>
internal sealed class PlantedLabelsOf : Specification<HumanLabel>
{
    public PlantedLabelsOf(string person, Guid taskId)
    {
        Query
            .Where(label => label.TaskId == taskId && label.Person == person && label.Source == LabelSource.Planted)
            .OrderBy(label => label.Id)
            .IgnoreQueryFilters();
    }
}

/// <summary>The known answers of some tasks, tracked for changes.</summary>
internal sealed class PlantedAnswersOf : Specification<PlantedAnswer>
{
    public PlantedAnswersOf(IReadOnlyCollection<Guid> taskIds)
    {
        Query.Where(planted => taskIds.Contains(planted.TaskId));
    }
}

/// <summary>The known answers, newest first.</summary>
internal sealed class NewestPlantedAnswers : Specification<PlantedAnswer>
{
    public NewestPlantedAnswers(int limit)
    {
        Query.OrderByDescending(planted => planted.CreatedAt).ThenBy(planted => planted.TaskId).Take(limit).AsNoTracking();
    }
}

/// <summary>All labels of a person, also answers to planted photos, oldest first, after one.</summary>
internal sealed class LabelsOfPerson : Specification<HumanLabel>
{
    public LabelsOfPerson(string person, Guid? after, int limit)
    {
        Query.Where(label => label.Person == person).OrderBy(label => label.Id).Take(limit).AsNoTracking().IgnoreQueryFilters();
        if (after is { } id)
            Query.Where(label => label.Id > id);
    }
}

/// <summary>The label with this id, also an answer to a planted photo.</summary>
internal sealed class LabelById : Specification<HumanLabel>
{
    public LabelById(Guid id)
    {
        Query.Where(label => label.Id == id).AsNoTracking().IgnoreQueryFilters();
    }
}

/// <summary>A person's current decision on a task, also an answer to it as a planted photo.</summary>
internal sealed class CurrentDecisionOf : Specification<HumanLabel>
{
    public CurrentDecisionOf(string person, Guid taskId)
    {
        Query.Where(label => label.TaskId == taskId && label.Person == person && label.EndedAt == null).AsNoTracking().IgnoreQueryFilters();
    }
}

/// <summary>A person's decisions on some tasks, including those that are not current, and answers to them as planted photos.</summary>
internal sealed class DecisionsOf : Specification<HumanLabel>
{
    public DecisionsOf(string person, IReadOnlyCollection<Guid> taskIds)
    {
        Query.Where(label => taskIds.Contains(label.TaskId) && label.Person == person).AsNoTracking().IgnoreQueryFilters();
    }
}

/// <summary>Current and planned copies of some photos in a loop's dataset, tracked for changes.</summary>
internal sealed class CurrentCopies : Specification<CollectedImage>
{
    public CurrentCopies(string loop, IReadOnlyCollection<Guid> predictionIds)
    {
        Query
            .Where(image => predictionIds.Contains(image.PredictionId) && image.Loop == loop)
            .Where(image =>
                image.State == CollectedState.Pending || image.State == CollectedState.Copied || image.State == CollectedState.Missing
            );
    }
}

/// <summary>
/// Copies to make in datasets, from a cursor on, tracked for changes. Includes copies whose photo was missing when it was last looked for.
/// </summary>
internal sealed class ImagesToCopy : Specification<CollectedImage>
{
    public ImagesToCopy(Guid? after, int limit)
    {
        Query
            .Where(image => image.State == CollectedState.Pending || image.State == CollectedState.Missing)
            .OrderBy(image => image.Id)
            .Take(limit);
        if (after is { } id)
            Query.Where(image => image.Id > id);
    }
}

/// <summary>Copies to remove from datasets, tracked for changes.</summary>
internal sealed class ImagesToRemove : Specification<CollectedImage>
{
    public ImagesToRemove(int limit)
    {
        Query.Where(image => image.State == CollectedState.Superseded).OrderBy(image => image.Id).Take(limit);
    }
}

/// <summary>Current and planned copies of some photos in all datasets.</summary>
internal sealed class WantedCopiesOf : Specification<CollectedImage>
{
    public WantedCopiesOf(IReadOnlyCollection<Guid> predictionIds)
    {
        Query
            .Where(image => predictionIds.Contains(image.PredictionId))
            .Where(image =>
                image.State == CollectedState.Pending || image.State == CollectedState.Copied || image.State == CollectedState.Missing
            )
            .AsNoTracking();
    }
}

/// <summary>The dataset copies with these ids, tracked for changes.</summary>
internal sealed class CollectedWithIds : Specification<CollectedImage>
{
    public CollectedWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(image => ids.Contains(image.Id));
    }
}

/// <summary>All current and former dataset copies of some predictions, tracked for changes.</summary>
internal sealed class CollectedOf : Specification<CollectedImage>
{
    public CollectedOf(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(image => predictionIds.Contains(image.PredictionId));
    }
}

/// <summary>The reading records of some label files, tracked for changes.</summary>
internal sealed class ReadOutputs : Specification<ReadOutput>
{
    public ReadOutputs(IReadOnlyCollection<string> keys)
    {
        Query.Where(read => keys.Contains(read.Key));
    }
}

/// <summary>The reading records of label files that still have to be moved, tracked for changes.</summary>
internal sealed class OutputsToMove : Specification<ReadOutput>
{
    public OutputsToMove(int limit)
    {
        Query.Where(read => read.IsMoveDue).OrderBy(read => read.Key).Take(limit);
    }
}

/// <summary>
/// Corrections whose export is outdated, from a cursor on, tracked for changes: those that the loops have considered, and those that ended.
/// </summary>
internal sealed class CorrectionsToExport : Specification<UserFeedback>
{
    public CorrectionsToExport(Guid? after, int limit)
    {
        Query
            .Where(fact => fact.OutputState == FeedbackOutput.Pending)
            .Where(fact => fact.SelectionState == FeedbackSelection.Considered || fact.EndedAt != null)
            .OrderBy(fact => fact.Id)
            .Take(limit);
        if (after is { } id)
            Query.Where(fact => fact.Id > id);
    }
}

/// <summary>The user feedback with these ids.</summary>
internal sealed class FeedbackWithIds : Specification<UserFeedback>
{
    public FeedbackWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(fact => ids.Contains(fact.Id)).AsNoTracking();
    }
}

/// <summary>The predictions with these ids, and their models.</summary>
internal sealed class PredictionsOfIds : Specification<Prediction>
{
    public PredictionsOfIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(prediction => ids.Contains(prediction.Id)).Include(prediction => prediction.Model).AsNoTracking();
    }
}

/// <summary>Photos with this file name that were imported from a lab. At most two, because two show that the name is ambiguous.</summary>
internal sealed class LabPhotos : Specification<Prediction>
{
    public LabPhotos(int predictedIndex, string fileName)
    {
        Query
            .Where(prediction =>
                prediction.Maker == Actor.Anonymous && prediction.PredictedIndex == predictedIndex && prediction.Photo.FileName == fileName
            )
            .OrderBy(prediction => prediction.Id)
            .Take(2)
            .Include(prediction => prediction.Model)
            .AsNoTracking();
    }
}

/// <summary>The user feedback with these ids, tracked for changes.</summary>
internal sealed class CorrectionsWithIds : Specification<UserFeedback>
{
    public CorrectionsWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(fact => ids.Contains(fact.Id));
    }
}

/// <summary>The selections of all copies of some photos in a loop.</summary>
internal sealed class SelectedCopiesOf : Specification<Selection>
{
    public SelectedCopiesOf(string loop, IReadOnlyCollection<string> photos)
    {
        Query.Where(selection => photos.Contains(selection.PhotoSha256) && selection.Loop == loop).AsNoTracking();
    }
}

/// <summary>The tasks with these ids.</summary>
internal sealed class TasksWithIds : Specification<AnnotationTask>
{
    public TasksWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(task => ids.Contains(task.Id)).AsNoTracking();
    }
}

/// <summary>The tasks with these ids, tracked for changes.</summary>
internal sealed class TasksToChange : Specification<AnnotationTask>
{
    public TasksToChange(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(task => ids.Contains(task.Id));
    }
}

/// <summary>
/// Unanswered tasks of a loop that have no object yet, from a cursor on, tracked for changes. Tasks that somebody has on the review page
/// are left out.
/// </summary>
internal sealed class TasksToPublish : Specification<AnnotationTask>
{
    public TasksToPublish(string loop, DateTimeOffset now, Guid? after, int limit)
    {
        Query
            .Where(task => task.Loop == loop && !task.HasObject && !task.IsRecallDue)
            .Where(task => task.State == TaskState.Created || task.State == TaskState.Published || task.State == TaskState.Skipped)
            .Where(task => task.LeasedTo == null || task.LeaseUntil <= now)
            .OrderBy(task => task.Id)
            .Take(limit);
        if (after is { } id)
            Query.Where(task => task.Id > id);
    }
}

/// <summary>Tasks of a loop whose objects are in Label Studio's task folder, from a cursor on.</summary>
internal sealed class TasksWithObject : Specification<AnnotationTask>
{
    public TasksWithObject(string loop, Guid? after, int limit)
    {
        Query.Where(task => task.Loop == loop && task.HasObject).OrderBy(task => task.Id).Take(limit).AsNoTracking();
        if (after is { } id)
            Query.Where(task => task.Id > id);
    }
}

/// <summary>Decided tasks whose objects are still in Label Studio's task folder, tracked for changes.</summary>
internal sealed class DecidedTasksWithObject : Specification<AnnotationTask>
{
    public DecidedTasksWithObject(int limit)
    {
        Query
            .Where(task => task.HasObject && (task.State == TaskState.Labelled || task.State == TaskState.Unusable))
            .OrderBy(task => task.Id)
            .Take(limit);
    }
}

/// <summary>
/// Tasks of a loop that Label Studio has to delete because they are outdated there, for example because they show a deleted photo.
/// </summary>
internal sealed class OutdatedTasks : Specification<AnnotationTask>
{
    public OutdatedTasks(string loop, int limit)
    {
        Query.Where(task => task.Loop == loop && task.IsRecallDue).OrderBy(task => task.Id).Take(limit).AsNoTracking();
    }
}

/// <summary>Tasks to remove from Label Studio because it is no longer the loop's labelling tool: outdated and unanswered ones.</summary>
internal sealed class TasksToRecall : Specification<AnnotationTask>
{
    public TasksToRecall(string loop, int limit)
    {
        Query
            .Where(task => task.Loop == loop && task.IsOnPlatform)
            .Where(task =>
                task.IsRecallDue || task.State == TaskState.Created || task.State == TaskState.Published || task.State == TaskState.Skipped
            )
            .OrderBy(task => task.Id)
            .Take(limit)
            .AsNoTracking();
    }
}

/// <summary>Deleted tasks of a loop that still have to be removed from Label Studio, tracked for changes.</summary>
internal sealed class RecallsOf : Specification<TaskRecall>
{
    public RecallsOf(string loop, int limit)
    {
        Query.Where(recall => recall.Loop == loop && recall.DoneAt == null).OrderBy(recall => recall.Id).Take(limit);
    }
}

/// <summary>The recalls of deleted tasks with these ids, tracked for changes.</summary>
internal sealed class RecallsWithIds : Specification<TaskRecall>
{
    public RecallsWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(recall => ids.Contains(recall.Id));
    }
}

/// <summary>The projects of all loops, tracked for changes.</summary>
internal sealed class AllProjects : Specification<AnnotationProject>;

/// <summary>The project of a loop, tracked for changes.</summary>
internal sealed class ProjectOf : Specification<AnnotationProject>
{
    public ProjectOf(string loop)
    {
        Query.Where(project => project.Loop == loop);
    }
}

/// <summary>All annotators of other programs, tracked for changes.</summary>
internal sealed class AllAnnotators : Specification<Annotator>;

/// <summary>
/// Undecided tasks of a loop that wait for another number of votes than this, tracked for changes. Tasks that are asked again keep theirs.
/// </summary>
internal sealed class TasksWithOtherVotes : Specification<AnnotationTask>
{
    public TasksWithOtherVotes(string loop, int votes, int limit)
    {
        Query
            .Where(task => task.Loop == loop && task.Votes != votes && !task.IsAskedAgain)
            .Where(task =>
                task.State == TaskState.Created
                || task.State == TaskState.Published
                || task.State == TaskState.Skipped
                || task.State == TaskState.Disputed
            )
            .OrderBy(task => task.Id)
            .Take(limit);
    }
}

/// <summary>Tasks on which people disagree, oldest first, from a cursor on.</summary>
internal sealed class TiedTasks : Specification<AnnotationTask>
{
    public TiedTasks(string? loop, Guid? after, int limit)
    {
        Query.Where(task => task.IsTied).OrderBy(task => task.Id).Take(limit).AsNoTracking();
        if (loop is not null)
            Query.Where(task => task.Loop == loop);
        if (after is { } id)
            Query.Where(task => task.Id > id);
    }
}

/// <summary>The current labels of some tasks, oldest first.</summary>
internal sealed class CurrentLabelsOf : Specification<HumanLabel>
{
    public CurrentLabelsOf(IReadOnlyCollection<Guid> taskIds)
    {
        Query.Where(label => taskIds.Contains(label.TaskId) && label.EndedAt == null).OrderBy(label => label.Id).AsNoTracking();
    }
}
