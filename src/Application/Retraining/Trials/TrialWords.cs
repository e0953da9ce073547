using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Says in words what the gate decided.</summary>
public static class TrialWords
{
    /// <summary>Describes the state of a trial in one sentence.</summary>
    /// <param name="trial">The trial; null if there is none.</param>
    /// <param name="challenger">Version of the model that may be promoted.</param>
    /// <param name="champion">Version of the model that serves.</param>
    public static string Describe(TrialResponse? trial, string challenger, string champion)
    {
        if (trial is null)
            return $"Model {challenger} has not been compared with {champion} yet.";
        if (trial.Preparing)
            return $"Models {challenger} and {champion} have different networks, so they answer the photos of measuring windows first.";
        var classes = string.Join(", ", trial.Classes);
        return (trial.Decision, trial.Reason) switch
        {
            (GateDecision.Promote, _) => $"The gate let model {challenger} pass against {champion}.",
            (_, GateReason.TooFewPhotos) =>
                $"Model {challenger} cannot be judged: only {trial.Photos} photos of measuring windows can be compared, and 100 are "
                    + "needed.",
            (_, GateReason.NeedLabels) => $"{trial.Needed ?? 0} more labels are needed to judge model {challenger}.",
            (_, GateReason.Worse) => $"Model {challenger} is worse than {champion}.",
            (_, GateReason.NotShown) => $"All labels together do not show that model {challenger} is good enough.",
            (_, GateReason.ClassWorse) => $"Model {challenger} is clearly worse on {classes}.",
            (_, GateReason.ClassUnclear) => $"Model {challenger} may be worse on {classes}. A person has to decide.",
            (GateDecision.Ask, GateReason.Calibration) => $"The probabilities of model {challenger} may be worse. A person has to decide.",
            (_, GateReason.LabelsRunOut) =>
                $"All photos were answered, but {trial.Needed ?? 0} labels are missing to judge model {challenger}: labels count only from "
                    + "people who had not seen the model's answer on the photo before. A person has to decide.",
            (_, GateReason.ModelUnusable) =>
                $"Models {challenger} and {champion} cannot both answer photos here; the server's log says why. A person has to decide.",
            (_, GateReason.Calibration) => $"The probabilities of model {challenger} are worse.",
            _ => trial.EndedAt is null
                ? $"The gate has not decided about model {challenger} yet."
                : $"The comparison of model {challenger} with {champion} ended without a decision, because another one began.",
        };
    }

    internal static string Describe(ModelTrial trial) =>
        Describe(TrialResponse.From(trial), trial.Challenger.Version, trial.Champion.Version);
}
