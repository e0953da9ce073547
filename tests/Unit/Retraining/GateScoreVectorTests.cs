using GourmetGram.Domain.Retraining;
using GourmetGram.Tests.Unit.Monitoring;

namespace GourmetGram.Tests.Unit.Retraining;

public sealed class GateScoreVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("gate-score");

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_score_is_as_expected(string name)
    {
        var one = VectorCase.Get("gate-score", name);
        double Of(string member) => one.In.GetProperty(member).GetDouble();
        var z = GateScore.Tango(Of("gains"), Of("losses"), Of("n"), Of("margin"));
        one.AssertOut(new Dictionary<string, object?>(StringComparer.Ordinal) { ["z"] = z });
    }

    [Theory]
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(0, 0, 0, 0.5, 0)]
    [InlineData(0, 0, 10, 0, 0)]
    [InlineData(0, 0, 10, 1, 1e6)]
    [InlineData(0, 10, 10, 1, 0)]
    public void Without_variance_the_sign_decides(double gains, double losses, double n, double margin, double z) =>
        Assert.Equal(z, GateScore.Tango(gains, losses, n, margin));

    [Fact]
    public void The_score_is_always_finite()
    {
        foreach (var n in (double[])[1e-9, 0.5, 1, 200, 1e9])
        {
            foreach (var (gains, losses) in ((double, double)[])[(0, 0), (0, 1), (1, 0), (0.5, 0.5), (1e-12, 0), (0.3, 0.7)])
            {
                foreach (var margin in (double[])[0, 1e-12, 0.02, 0.5, 1 - 1e-12, 1])
                    Assert.True(double.IsFinite(GateScore.Tango(gains * n, losses * n, n, margin)));
            }
        }
    }

    [Fact]
    public void Impossible_numbers_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GateScore.Tango(-1, 0, 10, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GateScore.Tango(1, 0, 10, 1.5));
    }
}
