using GourmetGram.Domain.Retraining;

namespace GourmetGram.Tests.Unit.Retraining;

public sealed class TrialPoolTests
{
    [Theory]
    [InlineData(99, 99, 30, false)]
    [InlineData(100, 49, 0, false)]
    [InlineData(100, 50, 0, true)]
    [InlineData(100, 0, 6.9, false)]
    [InlineData(100, 0, 7, true)]
    [InlineData(499, 49, 0, false)]
    [InlineData(500, 0, 0, true)]
    public void A_comparison_of_the_pipeline_begins_with_enough_photos(int photos, int disagreements, double days, bool isEnough) =>
        Assert.Equal(isEnough, new TrialPool(photos, disagreements, [], NewerThan: null).IsEnough(TimeSpan.FromDays(days)));
}
