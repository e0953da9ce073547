using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>What loops selected and nobody made a task for, to be changed.</summary>
internal sealed class SelectionsWithoutTask : Specification<Selection>
{
    public SelectionsWithoutTask(int limit)
    {
        Query.Where(selection => !selection.HasTask).OrderBy(selection => selection.Id).Take(limit);
    }
}

/// <summary>All copies of a photo that a loop selected, oldest first.</summary>
internal sealed class SelectedCopies : Specification<Selection>
{
    public SelectedCopies(string loop, string photoSha256)
    {
        Query
            .Where(selection => selection.Loop == loop && selection.PhotoSha256 == photoSha256)
            .OrderBy(selection => selection.Id)
            .AsNoTracking();
    }
}

/// <summary>The task with this id, to be changed.</summary>
internal sealed class TaskById : Specification<AnnotationTask>
{
    public TaskById(Guid id)
    {
        Query.Where(task => task.Id == id);
    }
}

/// <summary>The tasks of some photos, in all loops, to be changed.</summary>
internal sealed class TasksOfPhotos : Specification<AnnotationTask>
{
    public TasksOfPhotos(IReadOnlyCollection<string> photos)
    {
        Query.Where(task => photos.Contains(task.PhotoSha256));
    }
}

/// <summary>Tasks that show a photo of some predictions, to be changed.</summary>
internal sealed class TasksShowing : Specification<AnnotationTask>
{
    public TasksShowing(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(task => predictionIds.Contains(task.PredictionId));
    }
}

/// <summary>Decided tasks whose photos the datasets do not hold yet as decided, to be changed.</summary>
internal sealed class TasksWithDueOutput : Specification<AnnotationTask>
{
    public TasksWithDueOutput(int limit)
    {
        Query.Where(task => task.IsOutputDue).OrderBy(task => task.Id).Take(limit);
    }
}

/// <summary>All labels of a task, also those that are not current, to be changed.</summary>
internal sealed class LabelsOfTask : Specification<HumanLabel>
{
    public LabelsOfTask(Guid taskId)
    {
        Query.Where(label => label.TaskId == taskId).OrderBy(label => label.Id);
    }
}

/// <summary>All labels of some tasks, to be removed.</summary>
internal sealed class LabelsOfTasks : Specification<HumanLabel>
{
    public LabelsOfTasks(IReadOnlyCollection<Guid> taskIds)
    {
        Query.Where(label => taskIds.Contains(label.TaskId));
    }
}

/// <summary>The label with this id.</summary>
internal sealed class LabelById : Specification<HumanLabel>
{
    public LabelById(Guid id)
    {
        Query.Where(label => label.Id == id).AsNoTracking();
    }
}

/// <summary>What a person says of a task now.</summary>
internal sealed class CurrentDecisionOf : Specification<HumanLabel>
{
    public CurrentDecisionOf(string person, Guid taskId)
    {
        Query.Where(label => label.TaskId == taskId && label.Person == person && label.EndedAt == null).AsNoTracking();
    }
}

/// <summary>Whether a person has decided on any of some tasks.</summary>
internal sealed class DecisionsOf : Specification<HumanLabel>
{
    public DecisionsOf(string person, IReadOnlyCollection<Guid> taskIds)
    {
        Query.Where(label => taskIds.Contains(label.TaskId) && label.Person == person).AsNoTracking();
    }
}

/// <summary>Where a photo stands in the datasets or is to stand, to be changed.</summary>
internal sealed class CurrentCopies : Specification<CollectedImage>
{
    public CurrentCopies(string loop, IReadOnlyCollection<Guid> predictionIds)
    {
        Query
            .Where(image => predictionIds.Contains(image.PredictionId) && image.Loop == loop)
            .Where(image =>
                image.State == CollectedState.Pending || image.State == CollectedState.Copied || image.State == CollectedState.Lost
            );
    }
}

/// <summary>Photos that are to be copied to datasets, from a cursor on, to be changed.</summary>
internal sealed class ImagesToCopy : Specification<CollectedImage>
{
    public ImagesToCopy(Guid? after, int limit)
    {
        Query.Where(image => image.State == CollectedState.Pending).OrderBy(image => image.Id).Take(limit);
        if (after is { } id)
            Query.Where(image => image.Id > id);
    }
}

/// <summary>Photos that are to be removed from datasets, from a cursor on, to be changed.</summary>
internal sealed class ImagesToRemove : Specification<CollectedImage>
{
    public ImagesToRemove(Guid? after, int limit)
    {
        Query.Where(image => image.State == CollectedState.Superseded).OrderBy(image => image.Id).Take(limit);
        if (after is { } id)
            Query.Where(image => image.Id > id);
    }
}

/// <summary>What stands or is to stand at a place in a bucket.</summary>
internal sealed class CurrentCopyAt : Specification<CollectedImage>
{
    public CurrentCopyAt(string bucket, Guid predictionId, int classIndex)
    {
        Query
            .Where(image => image.PredictionId == predictionId && image.Bucket == bucket && image.ClassIndex == classIndex)
            .Where(image => image.State == CollectedState.Pending || image.State == CollectedState.Copied)
            .AsNoTracking();
    }
}

/// <summary>All that the datasets hold or held of some predictions, to be changed.</summary>
internal sealed class CollectedOf : Specification<CollectedImage>
{
    public CollectedOf(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(image => predictionIds.Contains(image.PredictionId));
    }
}

/// <summary>What is known of some objects, to be changed.</summary>
internal sealed class ReadOutputs : Specification<ReadOutput>
{
    public ReadOutputs(IReadOnlyCollection<string> keys)
    {
        Query.Where(read => keys.Contains(read.Key));
    }
}

/// <summary>Corrections whose export is not as the rows say, from a cursor on, to be changed: those that the loops have looked at, and those that ended.</summary>
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

/// <summary>Those of these ids that are facts.</summary>
internal sealed class FeedbackWithIds : Specification<UserFeedback>
{
    public FeedbackWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(fact => ids.Contains(fact.Id)).AsNoTracking();
    }
}

/// <summary>Those of these ids that are predictions, with their models.</summary>
internal sealed class PredictionsOfIds : Specification<Prediction>
{
    public PredictionsOfIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(prediction => ids.Contains(prediction.Id)).Include(prediction => prediction.Model).AsNoTracking();
    }
}

/// <summary>Photos that were taken over from a lab under this file name; two are enough to know that the name is no name.</summary>
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

/// <summary>Some corrections, to be changed.</summary>
internal sealed class CorrectionsWithIds : Specification<UserFeedback>
{
    public CorrectionsWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(fact => ids.Contains(fact.Id));
    }
}

/// <summary>All copies of some photos that a loop selected.</summary>
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

/// <summary>Some tasks, to be changed.</summary>
internal sealed class TasksToChange : Specification<AnnotationTask>
{
    public TasksToChange(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(task => ids.Contains(task.Id));
    }
}

/// <summary>Open tasks of a loop that have no object yet, from a cursor on, to be changed; not those that somebody has on the review page.</summary>
internal sealed class TasksToPublish : Specification<AnnotationTask>
{
    public TasksToPublish(string loop, DateTimeOffset now, Guid? after, int limit)
    {
        Query
            .Where(task =>
                task.Loop == loop
                && (task.State == TaskState.Created || task.State == TaskState.Published)
                && !task.HasObject
                && !task.IsRecallDue
            )
            .Where(task => task.LeasedTo == null || task.LeaseUntil <= now)
            .OrderBy(task => task.Id)
            .Take(limit);
        if (after is { } id)
            Query.Where(task => task.Id > id);
    }
}

/// <summary>Tasks of a loop whose objects stand where Label Studio looks, from a cursor on.</summary>
internal sealed class TasksWithObject : Specification<AnnotationTask>
{
    public TasksWithObject(string loop, Guid? after, int limit)
    {
        Query.Where(task => task.Loop == loop && task.HasObject).OrderBy(task => task.Id).Take(limit).AsNoTracking();
        if (after is { } id)
            Query.Where(task => task.Id > id);
    }
}

/// <summary>Decided tasks whose objects still stand where Label Studio looks, to be changed.</summary>
internal sealed class DecidedTasksWithObject : Specification<AnnotationTask>
{
    public DecidedTasksWithObject(int limit)
    {
        Query
            .Where(task => task.HasObject && (task.State == TaskState.Labelled || task.State == TaskState.Skipped))
            .OrderBy(task => task.Id)
            .Take(limit);
    }
}

/// <summary>Tasks of a loop that show in Label Studio a photo that is gone, and have to go from there.</summary>
internal sealed class OutdatedTasks : Specification<AnnotationTask>
{
    public OutdatedTasks(string loop, int limit)
    {
        Query.Where(task => task.Loop == loop && task.IsRecallDue).OrderBy(task => task.Id).Take(limit).AsNoTracking();
    }
}

/// <summary>Tasks that have to go from Label Studio because it does not hand out their loop any more: outdated ones, and those that are still to be asked.</summary>
internal sealed class TasksToRecall : Specification<AnnotationTask>
{
    public TasksToRecall(string loop, int limit)
    {
        Query
            .Where(task =>
                task.Loop == loop
                && task.IsOnPlatform
                && (task.IsRecallDue || task.State == TaskState.Created || task.State == TaskState.Published)
            )
            .OrderBy(task => task.Id)
            .Take(limit)
            .AsNoTracking();
    }
}

/// <summary>Tasks that are gone here and still have to go from Label Studio, to be removed.</summary>
internal sealed class RecallsOf : Specification<TaskRecall>
{
    public RecallsOf(string loop, int limit)
    {
        Query.Where(recall => recall.Loop == loop).OrderBy(recall => recall.Id).Take(limit);
    }
}

/// <summary>Tasks with these ids that still have to go from Label Studio, to be removed.</summary>
internal sealed class RecallsWithIds : Specification<TaskRecall>
{
    public RecallsWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(recall => ids.Contains(recall.Id));
    }
}

/// <summary>The projects of all loops, to be changed.</summary>
internal sealed class AllProjects : Specification<AnnotationProject>;

/// <summary>The project of a loop, to be changed.</summary>
internal sealed class ProjectOf : Specification<AnnotationProject>
{
    public ProjectOf(string loop)
    {
        Query.Where(project => project.Loop == loop);
    }
}

/// <summary>All who label in other programs, to be changed.</summary>
internal sealed class AllAnnotators : Specification<Annotator>;
