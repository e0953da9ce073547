using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class WilsonIntervalTests
{
    [Theory]
    [InlineData(45, 50, 0.7864, 0.9565)]
    [InlineData(90, 100, 0.8256, 0.9448)]
    [InlineData(20, 20, 0.8389, 1)]
    [InlineData(0, 10, 0, 0.2775)]
    public void It_is_that_of_the_literature(int k, int n, double lower, double upper)
    {
        var interval = WilsonInterval.Of(k, n);
        Assert.Equal((double)k / n, interval.Share);
        Assert.Equal(lower, interval.Lower, 4);
        Assert.Equal(upper, interval.Upper, 4);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 5)]
    [InlineData(6, 5)]
    public void A_share_of_nothing_is_refused(int k, int n) => Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(k, n));
}
