using Ardalis.Specification;
using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>Loads a task whose label is checked, within a step.</summary>
internal sealed class SuspectLoader(IRepository<AnnotationTask> tasks, IRepository<Prediction> predictions)
{
    private const int LongestClass = 1000;

    /// <param name="Task">The task.</param>
    /// <param name="Prediction">The prediction that the task shows.</param>
    /// <param name="LabelIndex">Index of the class that is the label.</param>
    public sealed record Suspect(AnnotationTask Task, Prediction Prediction, int LabelIndex);

    /// <summary>Adds the rule for the label that the caller saw.</summary>
    public static void LimitLabel<T>(AbstractValidator<T> validator)
        where T : ILabelDecision =>
        validator
            .RuleFor(command => command.Label)
            .MaximumLength(LongestClass)
            .OverridePropertyName("label")
            .WithMessage($"'label' can have at most {LongestClass} characters.");

    /// <param name="taskId">The task.</param>
    /// <param name="seen">Name of the class that the caller saw as the label; null if the current label is meant, whatever it is.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="NotFoundException">There is no such task.</exception>
    /// <exception cref="ConflictException">The task has no class as its label, or another one than the caller saw.</exception>
    public async Task<Suspect> LoadAsync(Guid taskId, string? seen, CancellationToken cancellationToken)
    {
        var task = await tasks.FirstOrDefaultAsync(new TaskById(taskId), cancellationToken)
            ?? throw new NotFoundException($"Task {taskId}");
        var prediction = await predictions.FindAsync(task.PredictionId, cancellationToken);
        if (task is not { State: TaskState.Labelled, ClassIndex: { } index })
            throw new ConflictException("This photo has no class as its label now, so there is no label to check.");
        // A task can show a copy that a model with fewer classes answered.
        var name = index < prediction.Model.Labels.Length ? prediction.Model.Labels[index] : null;
        if (seen is not null && seen != name)
            throw new ConflictException($"The photo's label changed to {name} in the meantime.");
        return new Suspect(task, prediction, index);
    }
}

/// <summary>A decision about a label that may be wrong.</summary>
internal interface ILabelDecision
{
    /// <summary>Name of the class that the caller saw as the label; null if the current label is meant, whatever it is.</summary>
    string? Label { get; }
}

/// <summary>The checks of a task, newest first.</summary>
internal sealed class ChecksOfTask : Specification<LabelCheck>
{
    public ChecksOfTask(Guid taskId)
    {
        Query.Where(check => check.TaskId == taskId).OrderByDescending(check => check.Id).AsNoTracking();
    }
}
