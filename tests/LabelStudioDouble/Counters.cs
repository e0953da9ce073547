namespace GourmetGram.Tests.LabelStudio;

/// <summary>What a project counts of its tasks and annotations.</summary>
internal static class Counters
{
    public static Dictionary<string, int> Of(Database data, int project)
    {
        var tasks = data.Tasks.FindAll(task => task.Project == project);
        var ids = tasks.Select(task => task.Id).ToHashSet();
        var annotations = data.Annotations.FindAll(annotation => annotation.Project == project);
        var given = annotations.FindAll(annotation => !annotation.WasCancelled);
        return new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["task_number"] = tasks.Count,
            ["finished_task_number"] = tasks.Count(task => task.IsLabeled),
            ["total_predictions_number"] = data.Predictions.Count(prediction => ids.Contains(prediction.Task)),
            ["total_annotations_number"] = given.Count,
            ["num_tasks_with_annotations"] = given.DistinctBy(annotation => annotation.Task).Count(),
            ["useful_annotation_number"] = given.Count(annotation => !annotation.GroundTruth),
            ["ground_truth_number"] = annotations.Count(annotation => annotation.GroundTruth),
            ["skipped_annotations_number"] = annotations.Count(annotation => annotation.WasCancelled),
        };
    }
}
