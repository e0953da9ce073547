namespace GourmetGram.Domain.Feedback.Strategies;

/// <summary>Selects predictions that people flagged as wrong.</summary>
public sealed class UserFlag : FeedbackStrategy<NoSettings>
{
    public override string Name => "userfeedback";

    public override string Title => "User Feedback Review";

    public override string Description => "Photos that users flagged as wrong.";

    public override LabNames Lab => new("user_feedback", "incorrect");

    public override FeedbackKind Kind => FeedbackKind.Flag;

    protected override Pick? Choose(FeedbackCandidate candidate, NoSettings settings, SelectionContext context) =>
        new(candidate.PredictionId, "flagged as wrong");
}
