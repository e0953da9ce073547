using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Tests.Unit.Classification;

namespace GourmetGram.Tests.Unit.Feedback;

public sealed class UserFeedbackTests
{
    private static readonly DateTimeOffset Now = PredictionTests.Now;
    private static readonly Prediction Prediction = PredictionTests.Record(Actor.Anonymous);

    private static UserFeedback Say(int label) => UserFeedback.Correct(Prediction, label, Actor.Anonymous, FeedbackSource.Page, Now);

    [Theory]
    [InlineData(0, FeedbackKind.Correction)]
    [InlineData(2, FeedbackKind.Confirmation)]
    public void The_predicted_class_confirms_and_another_corrects(int label, FeedbackKind kind)
    {
        var said = Say(label);
        Assert.Equal((kind, FeedbackTopic.Class, label), (said.Kind, said.Topic, said.ClassIndex));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void A_class_that_the_model_lacks_is_refused(int label) => Assert.Throws<ArgumentOutOfRangeException>(() => Say(label));

    [Fact]
    public void A_flag_names_no_class()
    {
        var flag = UserFeedback.Flag(Prediction, Actor.Anonymous, FeedbackSource.Api, Now);
        Assert.Equal((FeedbackKind.Flag, FeedbackTopic.Flag, null), (flag.Kind, flag.Topic, flag.ClassIndex));
    }

    [Fact]
    public void A_fact_ends_once()
    {
        var said = Say(0);
        said.Supersede(Now);
        Assert.Equal((FeedbackEnd.Superseded, Now), (said.End, said.EndedAt));
        Assert.Throws<InvalidOperationException>(() => said.Withdraw(Now));
        Assert.Throws<InvalidOperationException>(() => said.Supersede(Now));
    }

    [Fact]
    public void The_export_s_place_follows_from_the_id()
    {
        var said = Say(0);
        Assert.Equal($"output/userfeedback2/feedback_{said.Id}.json", said.OutputKey);
    }
}
