using System.Globalization;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.WebUi.Shared;

namespace GourmetGram.WebUi.Retraining;

/// <summary>Puts models, trials, trainings and runs of the pipeline into words.</summary>
internal static class ModelWords
{
    /// <summary>Returns the address of a model's page.</summary>
    public static string AddressOf(string version) => $"models/{Uri.EscapeDataString(version)}";

    /// <summary>Returns the address of the page where people label the photos that decide a trial.</summary>
    /// <param name="trialId">The trial.</param>
    /// <param name="tasks">Its photos. When the reader has none left, the address is that of all photos of the loop.</param>
    public static string ReviewOf(Guid trialId, GetTrialTasks.Response tasks) =>
        tasks.Left > 0 ? $"review/{tasks.Loop}?trial={trialId}" : $"review/{tasks.Loop}";

    /// <summary>Returns the state of a model with the class of its chip; null for a neutral one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="trial">Its latest trial against the model that serves; null for none.</param>
    /// <param name="hasServed">Whether it has answered photos before.</param>
    public static (string Text, string? Chip) StateOf(ModelResponse model, TrialResponse? trial, bool hasServed) =>
        model.Serving ? ("Champion", "model")
        : trial is not null ? StateOf(trial)
        : hasServed ? ("Served before", null)
        : ("Not compared", null);

    /// <summary>Returns the state of a trial with the class of its chip; null for a neutral one.</summary>
    public static (string Text, string? Chip) StateOf(TrialResponse trial) =>
        trial switch
        {
            { Decision: GateDecision.Promote } => ("Passed", "good"),
            { Preparing: true } => ("Answers photos", "person"),
            { EndedAt: null } => ("Waits for labels", "warn"),
            { Decision: GateDecision.Ask } => ("Needs a decision", "warn"),
            { Decision: null } or { Reason: GateReason.NeedLabels } => ("Ended undecided", null),
            { Reason: GateReason.TooFewPhotos } => ("Can’t be judged", "warn"),
            _ => ("Not promoted", "bad"),
        };

    /// <summary>Returns the icon of a trial's state.</summary>
    public static string IconOf(TrialResponse trial) =>
        trial switch
        {
            { Decision: GateDecision.Promote } => "check",
            { EndedAt: null } => "clock",
            { Decision: GateDecision.Hold, Reason: not (GateReason.NeedLabels or GateReason.TooFewPhotos) } => "stop",
            _ => "warning",
        };

    /// <summary>Returns what a person can do next about a model that does not serve.</summary>
    /// <param name="trial">Its latest trial against the model that serves; null for none.</param>
    public static string NextOf(TrialResponse? trial) =>
        trial switch
        {
            null => "Compare the model with the champion. Only photos on which the two disagree need labels.",
            { Decision: GateDecision.Promote } => "Promote the model. The next photo gets its answer, and no request is dropped.",
            { Preparing: true } => "Wait until both models have answered the photos. Job answer-photos does that.",
            { EndedAt: null } => "Label the photos of the random sample. The gate looks again as the labels arrive.",
            { Reason: GateReason.TooFewPhotos } =>
                "Wait until more photos have been classified, then compare again. Photos that trained one of the models don’t count.",
            { Reason: GateReason.ClassWorse } => $"Label more photos of {ClassesOf(trial)}, build a dataset version and train again.",
            { Reason: GateReason.ModelUnusable } => "See the server’s log. Then compare again, or promote the model with a note.",
            { Decision: GateDecision.Ask } =>
                "Look at the photos that were gained and lost. Then promote the model with a note, or train again with more labels.",
            { Decision: null } or { Reason: GateReason.NeedLabels } => "Compare the model again.",
            _ => "Label more photos, build a dataset version and train again. Comparing again at once finds differences by luck.",
        };

    private static string ClassesOf(TrialResponse trial) => string.Join(", ", trial.Classes);

    /// <summary>Returns why a model began to answer photos.</summary>
    public static string Of(ServingReason reason) =>
        reason switch
        {
            ServingReason.Start => "The server was started with it",
            ServingReason.Promotion => "Promoted",
            ServingReason.Override => "Promoted although the gate had not let it pass",
            ServingReason.Rollback => "Rolled back to it",
            _ => "Rolled back to it automatically, because the model after it failed",
        };

    /// <summary>Returns where a model comes from.</summary>
    public static string Of(ModelOrigin origin) =>
        origin switch
        {
            ModelOrigin.Folder => "Installed with the server",
            ModelOrigin.Trained => "Trained here",
            _ => "Imported",
        };

    /// <summary>Returns the state of a training with the class of its chip; null for a neutral one.</summary>
    public static (string Text, string? Chip) Of(TrainingState state) =>
        state switch
        {
            TrainingState.Queued => ("Queued", "person"),
            TrainingState.Running => ("Running", "person"),
            TrainingState.Succeeded => ("Done", "good"),
            TrainingState.Failed => ("Failed", "bad"),
            _ => ("Cancelled", null),
        };

    /// <summary>Returns how a run of the pipeline ended, or where it is.</summary>
    public static string Of(PipelineRunResponse run) =>
        run.Outcome switch
        {
            null => run.Stage switch
            {
                PipelineStage.Build => "Builds a dataset version",
                PipelineStage.Train => "Trains a model",
                PipelineStage.Gate => run.Trial is { Needed: { } needed } ? $"Waits for {Words.Count(needed, "label")}"
                : run.Message.Length > 0 ? "Waits for photos"
                : "Compares the models",
                _ => "Switches the model",
            },
            PipelineOutcome.Serving => "Serving",
            PipelineOutcome.Passed => "Passed",
            PipelineOutcome.Failed => $"Failed at {Of(run.Stage)}",
            _ => $"Stopped at {Of(run.Stage)}",
        };

    /// <summary>Returns the name of a step of the pipeline.</summary>
    public static string Of(PipelineStage stage) =>
        stage switch
        {
            PipelineStage.Build => "Build",
            PipelineStage.Train => "Train",
            PipelineStage.Gate => "Gate",
            _ => "Serve",
        };

    /// <summary>Returns what started a run of the pipeline.</summary>
    public static string Of(PipelineTrigger trigger, string by) =>
        trigger switch
        {
            PipelineTrigger.Person => by,
            PipelineTrigger.Labels => "New labels",
            PipelineTrigger.Schedule => "Schedule",
            _ => "Accuracy alert",
        };

    /// <summary>Returns a difference of shares in points, with its sign: <c>+2.9</c>.</summary>
    public static string Signed(double share) => (100 * share).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    /// <summary>Returns a number with up to so many decimals.</summary>
    public static string Number(double? number, int decimals = 4) =>
        number is { } known ? known.ToString($"0.{new string('#', decimals)}", CultureInfo.InvariantCulture) : "–";

    /// <summary>Returns a duration in words: <c>4.2 s</c> or <c>3 min</c>.</summary>
    public static string Seconds(double seconds) =>
        seconds < 60
            ? $"{seconds.ToString("0.0", CultureInfo.InvariantCulture)} s"
            : $"{(seconds / 60).ToString("0", CultureInfo.InvariantCulture)} min";
}
