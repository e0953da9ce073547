using GourmetGram.Application.Common;

namespace GourmetGram.Tests.Architecture;

/// <summary>Each command that people send is audited, but for those that are listed here with the reason.</summary>
public sealed class AuditRules
{
    private const string Job = "jobs send it";
    private const string Record = "what it makes says itself who made it, and when";
    private const string Technical = "it changes nothing that a person decides";

    private static readonly Dictionary<string, string> NotAudited = new(StringComparer.Ordinal)
    {
        ["AdvancePipeline"] = Job,
        ["AnswerPhotos"] = Job,
        ["ApplyLoopChanges"] = Job,
        ["BeginSignIn"] = "OpenSession and RefuseSignIn say how it ended",
        ["BuildDataset"] = Job,
        ["CheckOperation"] = Job,
        ["CheckStoreOwnership"] = Technical,
        ["Classify"] = Record,
        ["CompleteSignIn"] = "OpenSession is audited",
        ["CorrectLabel"] = Record,
        ["CreateMediaLink"] = Technical,
        ["DecideTrials"] = Job,
        ["DeleteOldPhotos"] = Job,
        ["DeliverMessages"] = Job,
        ["DetectDrift"] = Job,
        ["DrawMore"] = "DrawForAccuracy sends it",
        ["EvaluateProduction"] = Job,
        ["ExportTracking"] = Job,
        ["FindLabelErrors"] = Job,
        ["FinishErasures"] = Job,
        ["FlagPrediction"] = Record,
        ["ForgetEmbeddings"] = Job,
        ["ForgetExpiredKeys"] = Job,
        ["ForgetOldAccess"] = Job,
        ["ForgetOldAlerts"] = Job,
        ["ForgetOldAuditEntries"] = Job,
        ["ForgetOldCounts"] = Job,
        ["HearWebhook"] = "Label Studio sends it",
        ["LabelTask"] = Record,
        ["MakeTasks"] = Job,
        ["NextTask"] = Technical,
        ["ProcessAnnotations"] = Job,
        ["PublishTasks"] = Job,
        ["RefuseSignIn"] = "it is an entry itself",
        ["ReleaseTask"] = Technical,
        ["RunHousekeeping"] = Job,
        ["SampleRandom"] = Job,
        ["SeeSession"] = Technical,
        ["SelectCandidates"] = Job,
        ["SendTestMessages"] = Technical,
        ["SkipTask"] = Record,
        ["StoreImages"] = Job,
        ["SweepOrphans"] = Job,
        ["SyncStorages"] = Job,
        ["TrainModel"] = Job,
        ["UndoDecision"] = Record,
        ["UndoFeedback"] = Record,
        ["UndoLabel"] = Record,
        ["UseKey"] = Technical,
    };

    [Fact]
    public void Commands_are_audited_or_have_a_reason()
    {
        var missing = Product
            .TypesOf(Product.Application)
            .Where(type => type is { Name: "Command", IsNested: true } && !typeof(IAudited).IsAssignableFrom(type))
            .Select(type => type.DeclaringType!.Name);
        Assert.Equal(NotAudited.Keys.Order(StringComparer.Ordinal), missing.Order(StringComparer.Ordinal));
    }
}
