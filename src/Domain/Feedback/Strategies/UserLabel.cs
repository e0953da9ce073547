namespace GourmetGram.Domain.Feedback.Strategies;

/// <summary>Selects predictions that people corrected. A correction is evidence and needs no annotator.</summary>
public sealed class UserLabel : FeedbackStrategy<NoSettings>
{
    public override string Name => "userfeedback2";

    public override string Title => "User Labels";

    public override string Description => "Photos that users corrected to another class. They need no review.";

    public override Surface Surface => Surface.None;

    public override FeedbackKind Kind => FeedbackKind.Correction;

    protected override Pick? Choose(FeedbackCandidate candidate, NoSettings settings, SelectionContext context) =>
        new(candidate.PredictionId, "corrected to another class");
}
