using System.Collections.Immutable;
using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class TemperatureVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("temperature");

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_temperature_is_fitted_as_in_the_reference(string name)
    {
        var vector = VectorCase.Get("temperature", name);
        LabelledLogits[] rows =
        [
            .. vector
                .In.GetProperty("rows")
                .EnumerateArray()
                .Select(row => new LabelledLogits(
                    row.GetProperty("weight").GetDouble(),
                    row.GetProperty("logits").Deserialize<ImmutableArray<double>>(),
                    row.GetProperty("label").Deserialize<int?>()
                )),
        ];

        var fit = Temperature.Fit(rows);

        vector.AssertOut(
            new Dictionary<string, object?>
            {
                ["temperature"] = fit.Value,
                ["nllBefore"] = fit.NllBefore,
                ["nllAfter"] = fit.NllAfter,
            }
        );
    }

    [Theory]
    [InlineData(99, 30)]
    [InlineData(100, 9)]
    [InlineData(0, 0)]
    public void Few_labels_or_few_wrong_ones_keep_the_temperature(int labels, int wrong)
    {
        var fit = Temperature.Refit(Rows(labels, wrong), 1.7);

        Assert.Equal((1.7, true, labels, wrong), (fit.Value, fit.IsKept, fit.Labels, fit.Wrong));
        Assert.Equal(fit.NllBefore, fit.NllAfter);
    }

    [Fact]
    public void Enough_labels_give_a_new_temperature()
    {
        var fit = Temperature.Refit(Rows(100, 10), 1.7);

        Assert.False(fit.IsKept);
        Assert.True(fit.NllAfter < fit.NllBefore);
        // Nine of ten are right: the confidence becomes 0.9.
        Assert.Equal(0.9, 1 / (1 + Math.Exp(-4 / fit.Value)), 1e-4);
    }

    [Fact]
    public void None_of_these_takes_no_part()
    {
        var rows = Rows(100, 10);

        Assert.Equal(Temperature.Refit(rows, 1), Temperature.Refit([.. rows, new LabelledLogits(50, [9, 0], null)], 1));
    }

    [Fact]
    public void Stored_probabilities_give_the_same_temperature_as_logits()
    {
        var rows = Rows(100, 10);
        LabelledLogits[] stored = [.. rows.Select(row => row with { Logits = Temperature.LogitsOf(Softmax(row.Logits, 2.5), 2.5) })];

        Assert.Equal(Temperature.Fit(rows).Value, Temperature.Fit(stored).Value, 1e-5);
    }

    [Fact]
    public void Degenerate_rows_have_a_finite_fit()
    {
        LabelledLogits[][] inputs =
        [
            [],
            [new(1, [3], 0)],
            [new(0, [3, 1], 0)],
            [.. Enumerable.Repeat(new LabelledLogits(1, [2, 2, 2], 1), 200)],
            [.. Enumerable.Repeat(new LabelledLogits(1, [5, 0], 0), 200)],
            [.. Enumerable.Repeat(new LabelledLogits(1, Temperature.LogitsOf([1, 0], 1), 1), 200)],
        ];

        Assert.All(inputs, rows =>
        {
            var fit = Temperature.Fit(rows);
            Assert.InRange(fit.Value, Temperature.Least, Temperature.Most);
            Assert.True(double.IsFinite(fit.NllBefore) && double.IsFinite(fit.NllAfter), $"{fit}");
        });
        Assert.Equal(1, Temperature.Fit(inputs[3]).Value);
    }

    [Fact]
    public void Labels_outside_the_classes_are_refused() =>
        Assert.Throws<ArgumentException>(() => Temperature.Fit([new LabelledLogits(1, [1, 2], 2)]));

    /// <summary>Two classes; the model names class 0 with the same logits on every photo.</summary>
    private static LabelledLogits[] Rows(int labels, int wrong) =>
        [.. Enumerable.Range(0, labels).Select(row => new LabelledLogits(1, [4, 0], row < wrong ? 1 : 0))];

    private static IEnumerable<double> Softmax(ImmutableArray<double> logits, double temperature)
    {
        var exponentials = logits.Select(logit => Math.Exp(logit / temperature)).ToArray();
        return exponentials.Select(one => one / exponentials.Sum());
    }
}
